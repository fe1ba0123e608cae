// `cloister-sim swarm`: many seeds in processes of their own.
#pragma once

#include <span>

namespace cloister::sim {

int swarm_main(std::span<char*> words);  // those behind "swarm"; the exit status

}  // namespace cloister::sim
