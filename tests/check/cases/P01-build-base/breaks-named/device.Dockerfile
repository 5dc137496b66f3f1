FROM golang:1.26.11-trixie
#    ^
