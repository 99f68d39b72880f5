#!/usr/bin/env python3
"""validate_python.py SCHEMA FILE...: jsonschema and libyaml over many files.

Needs the packages python3-jsonschema and python3-yaml.
"""
import json
import sys

import jsonschema
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    SCHEMA = json.load(file)
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
INVALID = 0
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        if path.endswith(".json"):
            document = json.load(file)
        else:
            document = yaml.load(file, Loader=yaml.CSafeLoader)
    INVALID += not VALIDATOR.is_valid(document)
print(f"{INVALID} invalid")
