"""Judging in row form, shard by shard: the fast form of `poc.validator.judge`, to which tests hold it column by column."""
