"""The one error of this package."""


class RadioError(ValueError):
    """Something that no radio model can work with; the message is one sentence for the user.

    >>> raise RadioError("the frequency is 0 MHz, expected 150 to 1500 MHz; choose another model.")
    Traceback (most recent call last):
    radio_models.errors.RadioError: the frequency is 0 MHz, expected 150 to 1500 MHz; choose another model.
    """
