// Writes the seeds: `cloister-fuzz-corpus` lists the targets with the largest input that libFuzzer
// should make; `cloister-fuzz-corpus TARGET FOLDER` writes a file per seed.
#include <cstdio>
#include <fstream>
#include <string>

#include "body.hpp"

int main(int argc, char** argv) {
    using namespace cloister;
    if (argc == 1) {
        for (const fuzz::Target& target : fuzz::targets()) {
            std::printf("%s %zu\n", std::string(target.name).c_str(), target.input_bytes_max);
        }
        return 0;
    }
    const fuzz::Target* target = fuzz::find_target(argv[1]);
    if (argc != 3 || target == nullptr) {
        std::fprintf(stderr, "usage: cloister-fuzz-corpus [TARGET FOLDER]\n");
        return 64;
    }
    std::size_t number = 0;
    for (const Bytes& seed : target->seeds()) {
        std::ofstream file(std::string(argv[2]) + "/seed-" + std::to_string(number++),
                           std::ios::binary);
        file.write(reinterpret_cast<const char*>(seed.data()),
                   static_cast<std::streamsize>(seed.size()));
        if (!file.good()) {
            std::fprintf(stderr, "cannot write to %s\n", argv[2]);
            return 1;
        }
    }
    return 0;
}
