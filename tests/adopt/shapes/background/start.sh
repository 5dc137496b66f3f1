#!/bin/bash

echo "Starting the server"
python -m http.serve 5000 &
sleep 100000
