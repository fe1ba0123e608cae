// Boost.JSON is header-only here; its definitions are compiled once per test program.
#include <boost/json/src.hpp>
