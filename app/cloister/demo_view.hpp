// How the demo speaks: numbered steps with what each party sees, for people; one JSON line a step
// under --json.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "output.hpp"

namespace cloister::app {

class DemoView {
  public:
    explicit DemoView(Form form);

    void title(const std::string& text);
    // A step that is done, and how long it took.
    void step(const std::string& id, const std::string& words, double seconds);
    // What somebody sees, in the step above.
    void plaintext(const std::string& who, const std::string& what);  // only its owner
    void ciphertext(const std::string& who, const std::string& what);
    void fact(const std::string& who, const std::string& what);
    void check(const std::string& words, bool held);
    void times();  // where it went

  private:
    void row(const char* colour, const std::string& who, const std::string& what);
    std::string painted(const char* colour, const std::string& text) const;

    Form form_;
    bool colours_ = false;
    int number_ = 0;
    std::vector<std::pair<std::string, double>> times_;
};

// "0x1234abcd... (n bytes)"
std::string shortened(ByteView bytes);
std::string seconds_text(double seconds);

}  // namespace cloister::app
