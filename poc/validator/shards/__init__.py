"""Judging shard by shard in row form: the fast form of `poc.validator.judge`, held to it column by column by tests."""
