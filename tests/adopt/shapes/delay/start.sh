#!/bin/bash

echo "Starting up"
sleep 30
echo "Started up successfully"
python -m http.server 5000
