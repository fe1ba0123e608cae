#include "codec/der/time.hpp"

namespace cloister::der {
namespace {

constexpr std::uint64_t day_seconds = 86400;
constexpr std::array<unsigned, 12> month_days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool is_leap(unsigned year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned days_in(unsigned year, unsigned month) {
    return month_days[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U);
}

// Days of all whole years from 1970 up to `year`.
std::uint64_t days_before_year(unsigned year) {
    const std::uint64_t y = year - 1;
    return 365ULL * (year - 1970) + (y / 4 - 492) - (y / 100 - 19) + (y / 400 - 4);
}

// Takes digits from a text of fixed layout; any other character makes the whole result invalid.
class Digits {
  public:
    explicit Digits(std::string_view text) : text_(text) {}

    unsigned number(std::size_t count) {
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const char c = next();
            if (c < '0' || c > '9') valid_ = false;
            value = value * 10 + (static_cast<unsigned>(c - '0') % 10);
        }
        return value;
    }
    void literal(char expected) {
        if (next() != expected) valid_ = false;
    }
    bool done() const { return valid_ && at_ == text_.size(); }

  private:
    char next() {
        if (at_ < text_.size()) return text_[at_++];
        valid_ = false;
        return '0';
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool valid_ = true;
};

void push_number(std::string& to, unsigned value, unsigned divisor) {
    for (; divisor > 0; divisor /= 10) to.push_back(static_cast<char>('0' + value / divisor % 10));
}

}  // namespace

std::optional<std::uint64_t> unix_of(const CivilTime& time) {
    if (time.year < 1970 || time.year > 9999 || time.month < 1 || time.month > 12) {
        return std::nullopt;
    }
    if (time.day < 1 || time.day > days_in(time.year, time.month)) return std::nullopt;
    if (time.hour > 23 || time.minute > 59 || time.second > 59) return std::nullopt;
    std::uint64_t days = days_before_year(time.year) + time.day - 1;
    for (unsigned month = 1; month < time.month; ++month) days += days_in(time.year, month);
    return days * day_seconds + time.hour * 3600ULL + time.minute * 60ULL + time.second;
}

CivilTime civil_of(std::uint64_t unix_time) {
    CLOISTER_ASSERT(unix_time < 253402300800ULL);
    CivilTime time;
    std::uint64_t days = unix_time / day_seconds;
    time.year = 1970 + static_cast<unsigned>(days / 366);  // never too late a year
    while (days_before_year(time.year + 1) <= days) ++time.year;
    days -= days_before_year(time.year);
    while (days >= days_in(time.year, time.month)) days -= days_in(time.year, time.month++);
    time.day = static_cast<unsigned>(days) + 1;
    const auto rest = static_cast<unsigned>(unix_time % day_seconds);
    time.hour = rest / 3600;
    time.minute = rest / 60 % 60;
    time.second = rest % 60;
    return time;
}

namespace {

// MMDDHHMMSSZ, which both of ASN.1's forms have behind the year.
std::optional<std::uint64_t> after_year(Digits& digits, CivilTime& t) {
    t.month = digits.number(2);
    t.day = digits.number(2);
    t.hour = digits.number(2);
    t.minute = digits.number(2);
    t.second = digits.number(2);
    digits.literal('Z');
    return digits.done() ? unix_of(t) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_utc_time(std::string_view text) {
    Digits digits(text);
    CivilTime t;
    const unsigned year = digits.number(2);
    t.year = year < 50 ? 2000 + year : 1900 + year;
    return after_year(digits, t);
}

std::optional<std::uint64_t> parse_generalized_time(std::string_view text) {
    Digits digits(text);
    CivilTime t;
    t.year = digits.number(4);
    return after_year(digits, t);
}

std::optional<std::uint64_t> parse_rfc3339(std::string_view text) {
    Digits digits(text);
    CivilTime t;
    t.year = digits.number(4);
    digits.literal('-');
    t.month = digits.number(2);
    digits.literal('-');
    t.day = digits.number(2);
    digits.literal('T');
    t.hour = digits.number(2);
    digits.literal(':');
    t.minute = digits.number(2);
    digits.literal(':');
    t.second = digits.number(2);
    digits.literal('Z');
    return digits.done() ? unix_of(t) : std::nullopt;
}

std::string rfc3339_of(std::uint64_t unix_time) {
    const CivilTime t = civil_of(unix_time);
    std::string out;
    push_number(out, t.year, 1000);
    out.push_back('-');
    push_number(out, t.month, 10);
    out.push_back('-');
    push_number(out, t.day, 10);
    out.push_back('T');
    push_number(out, t.hour, 10);
    out.push_back(':');
    push_number(out, t.minute, 10);
    out.push_back(':');
    push_number(out, t.second, 10);
    out.push_back('Z');
    return out;
}

}  // namespace cloister::der
