"""One black-box suite for every language: does a running service keep templates/service/contract.yml?"""
