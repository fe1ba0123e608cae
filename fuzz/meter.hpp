// Counts what operator new has given out, for the memory bound of a target. meter.cpp replaces the
// global operator new of every program that links it.
#pragma once

#include <cstddef>

namespace cloister::fuzz::meter {

void start();        // the peak begins at what is held now
std::size_t peak();  // the most that was held since, above what was held at the start

}  // namespace cloister::fuzz::meter
