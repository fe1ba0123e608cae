// The frames of the host channel and of the platform's sockets: a u32 length and that many bytes.
// Three readers of ours, each where it is used; they must agree about every stream, however it is
// cut. First byte: where to cut.
#include <sys/socket.h>
#include <unistd.h>

#include "app/enclave/channel.hpp"
#include "app/platform/descriptor.hpp"
#include "bodies.hpp"
#include "io/framing.hpp"

namespace cloister::fuzz {
namespace {

constexpr std::size_t frame_bytes_max = 300;

struct Read {
    std::vector<Bytes> frames;
    bool broken = false;
    friend bool operator==(const Read&, const Read&) = default;
};

Read by_decoder(ByteView stream, std::size_t piece) {
    io::MessageDecoder decoder(frame_bytes_max);
    Read out;
    while (!stream.empty()) {
        const auto room = decoder.room(piece);
        FUZZ_CHECK(!room.empty());
        const std::size_t size = std::min({room.size(), stream.size(), piece});
        std::ranges::copy(stream.first(size), room.begin());
        stream = stream.subspan(size);
        auto frame = decoder.commit(size);
        if (!frame) {
            out.broken = true;
            return out;
        }
        if (*frame) out.frames.push_back(std::move(**frame));
    }
    return out;
}

Read by_reader(ByteView stream, std::size_t piece) {
    platform::FrameReader reader(frame_bytes_max);
    Read out;
    while (!stream.empty() && !reader.broken()) {
        const std::size_t size = std::min(stream.size(), piece);
        reader.put(stream.first(size));
        stream = stream.subspan(size);
        while (auto frame = reader.next()) out.frames.push_back(std::move(*frame));
    }
    out.broken = reader.broken();
    return out;
}

Read by_channel(ByteView stream, std::size_t piece) {
    int ends[2];
    FUZZ_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    const platform::Descriptor ours(ends[0]), theirs(ends[1]);
    app::Channel channel(ours.number(), frame_bytes_max);
    Read out;
    while (!stream.empty() && !channel.broken()) {
        const std::size_t size = std::min(stream.size(), piece);
        FUZZ_CHECK(::write(theirs.number(), stream.data(), size) == static_cast<ssize_t>(size));
        stream = stream.subspan(size);
        channel.read_some();
        while (auto frame = channel.take()) out.frames.push_back(std::move(*frame));
    }
    out.broken = channel.broken();
    return out;
}

}  // namespace

int framing_body(ByteView input) {
    if (input.empty()) return 0;
    const std::size_t piece = 1 + input.front() % 64U;
    const ByteView stream = input.subspan(1);
    const Read once = by_decoder(stream, piece);
    FUZZ_CHECK(by_decoder(stream, 1) == once);
    FUZZ_CHECK(by_reader(stream, piece) == once);
    FUZZ_CHECK(by_channel(stream, piece) == once);
    for (const Bytes& frame : once.frames) FUZZ_CHECK(frame.size() <= frame_bytes_max);
    return once.frames.empty() ? 0 : 1;
}

std::vector<Bytes> framing_seeds() {
    const auto framed = [](std::initializer_list<std::size_t> sizes) {
        Bytes out;
        for (const std::size_t size : sizes) append(out, io::frame_of(Bytes(size, 7)));
        return out;
    };
    return {concat(Bytes{0}, framed({1, 2, 3})), concat(Bytes{63}, framed({300, 0, 5})),
            concat(Bytes{9}, framed({301})),
            concat(Bytes{3}, framed({4}), Bytes{0xff, 0xff, 0xff, 0xff, 1})};
}

}  // namespace cloister::fuzz
