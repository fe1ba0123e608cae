// Host channel and platform messages.
#include "io/framing.hpp"
#include "platform/messages.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/host_channel.hpp"
#include "vectors.hpp"

namespace cloister::formats {

using testing::numbered;

namespace {

// Every alternative of a variant, numbered; NAME_INDEX.
template <class Variant, std::size_t I = 0>
void add_alternatives(Vectors& out, const std::string& name) {
    if constexpr (I < std::variant_size_v<Variant>) {
        const Variant value(std::in_place_index<I>,
                            numbered<std::variant_alternative_t<I, Variant>>());
        out[name + "_" + std::to_string(I)] = scale::encode(value);
        add_alternatives<Variant, I + 1>(out, name);
    }
}

}  // namespace

void add_channels(Vectors& out) {
    add_alternatives<protocol::HostInput>(out, "host_input");
    add_alternatives<protocol::HostOutput>(out, "host_output");
    add_alternatives<platform::EnclaveRequest>(out, "platform_request");
    add_alternatives<platform::EnclaveResponse>(out, "platform_response");
    add_alternatives<platform::LauncherEvent>(out, "launcher_event");
    out["launch_request"] = scale::encode(numbered<platform::LaunchRequest>());
    out["frame"] = io::frame_of(out["host_output_1"]);
}

}  // namespace cloister::formats
