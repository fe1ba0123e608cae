// cloister-bundle NAME VERSION IN.wasm OUT.contract: wraps a contract for clients of ink!'s format.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "contract/bundle.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fputs("usage: cloister-bundle NAME VERSION IN.wasm OUT.contract\n", stderr);
        return 2;
    }
    std::ifstream in(argv[3], std::ios::binary);
    const cloister::Bytes wasm((std::istreambuf_iterator<char>(in)), {});
    const auto bundle = cloister::contract::make_bundle({argv[1], argv[2]}, wasm);
    if (!bundle) {
        std::fprintf(stderr, "%s: no contract of our SDK: it carries no description\n", argv[3]);
        return 1;
    }
    std::ofstream out(argv[4], std::ios::binary);
    out << *bundle;
    out.close();
    if (!out) std::fprintf(stderr, "%s: cannot be written\n", argv[4]);
    return out ? 0 : 1;
}
