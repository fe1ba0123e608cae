// Boost.JSON is header-only here; its definitions are compiled once per test program.
// g++ 12 suspects Boost's empty arrays when it builds them with sanitizers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#include <boost/json/src.hpp>
#pragma GCC diagnostic pop
