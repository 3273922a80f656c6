"""Packages of the wheel: the four of the house, and `data/` as `poc_data` so that samples travel along."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["poc*", "radio_models*", "maps*", "cli*"]), "poc_data"],
    package_dir={"poc_data": "data"},
    package_data={"poc_data": ["**/*"], "": ["*.js", "*.css", "*.html", "*.txt", "*.md", "*.csv", "py.typed"]},
    exclude_package_data={"poc_data": ["**/*.py"]},
)
