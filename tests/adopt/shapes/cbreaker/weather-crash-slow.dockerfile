FROM library/python:2.7
RUN pip install flask
ADD weather-crash-slow.py /weather.py
CMD ["python", "/weather.py"]
