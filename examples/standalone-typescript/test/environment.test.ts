import assert from "node:assert/strict";
import { test } from "node:test";
import { Environment } from "../src/environment.js";

test("URLs of HTTP", () => {
  for (const right of ["http://mail", "https://mail.example.com:8443/v1/", "http://[::1]:80/"]) {
    const environment = new Environment({ MAIL_URL: right });
    assert.equal(environment.httpUrl("MAIL_URL", "http://default"), right);
  }
  for (const wrong of ["", "mail:80", "ftp://mail", "http://", "http://a b", "http://mail:99999"]) {
    const environment = new Environment({ MAIL_URL: wrong });
    environment.httpUrl("MAIL_URL", "http://default");
    assert.equal(environment.mistakes.length, 1, wrong);
  }
});

test("addresses of TCP", () => {
  for (const right of ["postgres:5432", "10.0.0.7:1", "[::1]:6379"]) {
    const environment = new Environment({ DATABASE_URL: right });
    assert.equal(environment.address("DATABASE_URL", "default:1"), right);
  }
  for (const wrong of ["", "postgres", "postgres:", "postgres:0", "postgres:65536", "tcp://a:1"]) {
    const environment = new Environment({ DATABASE_URL: wrong });
    environment.address("DATABASE_URL", "default:1");
    assert.equal(environment.mistakes.length, 1, wrong);
  }
});
