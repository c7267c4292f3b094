// Numbers as JavaScript writes them. Source: ECMA-262, Number::toString.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define DIGITS_MAX 17
#define EXACT_INTEGER 1e15

size_t number_write_integer(lua_Integer value, char *out) {
  char reversed[24];
  size_t n = 0, len = 0;
  lua_Unsigned rest = value < 0 ? 0 - (lua_Unsigned)value : (lua_Unsigned)value;
  do {
    reversed[n++] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0) out[len++] = '-';
  while (n > 0) out[len++] = reversed[--n];
  return len;
}

typedef struct {
  char digits[DIGITS_MAX + 1];
  int count;
  int point;  // The value is 0.DIGITS times ten to this power.
} decimal;

static decimal decimal_with(double value, int precision, char *text, size_t size) {
  decimal d = {.count = 0};
  snprintf(text, size, "%.*e", precision - 1, value);
  for (const char *c = text; *c != 'e'; c++) {
    if (*c != '.') d.digits[d.count++] = *c;
  }
  d.point = atoi(strchr(text, 'e') + 1) + 1;
  while (d.count > 1 && d.digits[d.count - 1] == '0') d.count--;
  return d;
}

static bool round_trips(double value, const char *text) { return strtod(text, NULL) == value; }

// At a power of two the gap below is half of that above, so the shortest decimal may be the one after the nearest.
static bool next_decimal_fits(double value, char *text) {
  int exponent;
  if (frexp(value, &exponent) != 0.5) return false;
  char *last = strchr(text, 'e') - 1;
  if (*last == '9' || *last == '.') return false;
  ++*last;
  return round_trips(value, text);
}

// The shortest decimal that reads back as `value`, and of these the nearest.
static decimal shortest(double value) {
  char text[48];
  for (int precision = fabs(value) < 2.2250738585072014e-308 ? 1 : 15; precision < DIGITS_MAX; precision++) {
    decimal d = decimal_with(value, precision, text, sizeof text);
    if (round_trips(value, text)) return d;
    if (precision == 16 && next_decimal_fits(value, text)) {
      d.digits[15]++;
      d.count = 16;
      return d;
    }
  }
  return decimal_with(value, DIGITS_MAX, text, sizeof text);
}

static size_t put_zeros(char *out, int count) {
  for (int i = 0; i < count; i++) out[i] = '0';
  return (size_t)count;
}

static size_t put_exponential(const decimal *d, char *out) {
  size_t len = 0;
  out[len++] = d->digits[0];
  if (d->count > 1) {
    out[len++] = '.';
    memcpy(out + len, d->digits + 1, (size_t)d->count - 1);
    len += (size_t)d->count - 1;
  }
  return len + (size_t)sprintf(out + len, "e%+d", d->point - 1);
}

static size_t put_plain(const decimal *d, char *out) {
  size_t len = 0, count = (size_t)d->count;
  if (d->point >= d->count) {
    memcpy(out, d->digits, count);
    return count + put_zeros(out + count, d->point - d->count);
  }
  if (d->point > 0) {
    size_t whole = (size_t)d->point;
    memcpy(out, d->digits, whole);
    out[whole] = '.';
    memcpy(out + whole + 1, d->digits + whole, count - whole);
    return count + 1;
  }
  out[len++] = '0';
  out[len++] = '.';
  len += put_zeros(out + len, -d->point);
  memcpy(out + len, d->digits, count);
  return len + count;
}

// Writes a finite number; `out` holds NUMBER_MAX bytes.
size_t number_write_double(double value, char *out) {
  if (fabs(value) < EXACT_INTEGER && value == (double)(lua_Integer)value) return number_write_integer((lua_Integer)value, out);
  size_t sign = value < 0 ? 1 : 0;
  if (sign) *out++ = '-';
  decimal d = shortest(fabs(value));
  bool plain = d.point > -6 && d.point <= 21;
  return sign + (plain ? put_plain(&d, out) : put_exponential(&d, out));
}
