#include "demo_view.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/hex.hpp"
#include "codec/json/writer.hpp"

namespace cloister::app {
namespace {

constexpr const char* bold = "1";
constexpr const char* dim = "2";
constexpr const char* red = "31";
constexpr const char* green = "32";
constexpr const char* yellow = "33";
constexpr const char* cyan = "36";
constexpr std::size_t who_width = 14;
constexpr std::size_t words_width = 62;
constexpr std::size_t shown_bytes = 20;
constexpr int bar_width = 30;

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}

}  // namespace

std::string shortened(ByteView bytes) {
    return base::to_hex_0x(bytes.first(std::min(bytes.size(), shown_bytes))) + "...  (" +
           std::to_string(bytes.size()) + " bytes)";
}

std::string seconds_text(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f s", seconds);
    return text;
}

DemoView::DemoView(Form form)
    : form_(form), colours_(::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr) {}

std::string DemoView::painted(const char* colour, const std::string& text) const {
    return colours_ ? "\x1b[" + std::string(colour) + "m" + text + "\x1b[0m" : text;
}

void DemoView::title(const std::string& text) {
    if (form_ == Form::Text) print_line(painted(bold, text));
}

void DemoView::step(const std::string& id, const std::string& words, double seconds) {
    times_.emplace_back(id, seconds);
    if (form_ == Form::Json) {
        json::Writer w;
        char text[32];
        std::snprintf(text, sizeof text, "%.3f", seconds);
        w.begin_object().key("step").string(id).key("seconds").raw(text).end_object();
        return print_line(w.text());
    }
    print_line("");
    print_line(painted(bold, std::to_string(++number_) + "  " + padded(words + "  ", words_width)) +
               painted(dim, seconds_text(seconds)));
}

void DemoView::row(const char* colour, const std::string& who, const std::string& what) {
    if (form_ == Form::Text)
        print_line("   " + painted(dim, padded(who, who_width)) + painted(colour, what));
}

void DemoView::plaintext(const std::string& who, const std::string& what) { row(green, who, what); }
void DemoView::ciphertext(const std::string& who, const std::string& what) {
    row(yellow, who, what);
}
void DemoView::fact(const std::string& who, const std::string& what) { row(cyan, who, what); }

void DemoView::check(const std::string& words, bool held) {
    if (form_ == Form::Text)
        print_line("   " + painted(held ? green : red, held ? "holds   " : "FAILS   ") + words);
}

void DemoView::times() {
    if (form_ == Form::Json) return;
    double total = 0;
    for (const auto& [id, seconds] : times_) total += seconds;
    print_line("");
    print_line(painted(bold, "Where the time went"));
    for (const auto& [id, seconds] : times_) {
        std::string bar;
        const int filled = total > 0 ? static_cast<int>(bar_width * seconds / total + 0.5) : 0;
        for (int i = 0; i < filled; ++i) bar += "\u2588";
        print_line("   " + padded(id, who_width) + padded(seconds_text(seconds), 9) +
                   painted(cyan, bar));
    }
    print_line("   " + padded("all steps", who_width) + seconds_text(total));
}

}  // namespace cloister::app
