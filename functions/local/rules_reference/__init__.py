"""The tables of docs/rules.md, made from the models, the filters and the kinds."""
