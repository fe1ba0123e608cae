#include "enclave_link.hpp"

#include <array>

#include "io/framing.hpp"
#include "io/unix_socket.hpp"

namespace cloister::app {
namespace {

std::string_view words_of(platform::LaunchError error) {
    switch (error) {
        case platform::LaunchError::MalformedRequest:
            return "the platform could not read the request";
        case platform::LaunchError::MissingHostChannel:
            return "the platform got no channel with the request";
        case platform::LaunchError::ArgumentsRefused: return "the platform passes no arguments";
        case platform::LaunchError::UnreadableProgram:
            return "the platform cannot read the enclave's file";
        case platform::LaunchError::LaunchFailed: return "the platform could not start the enclave";
    }
    std::unreachable();
}

std::string words_of(const platform::Exited& exited) {
    if (exited.signal != 0)
        return "the enclave was ended by signal " + std::to_string(exited.signal);
    return "the enclave exited with code " + std::to_string(exited.code);
}

}  // namespace

Result<std::unique_ptr<EnclaveLink>, Problem> EnclaveLink::launch(io::EventLoop& loop,
                                                                  const EnclavePaths& paths,
                                                                  EnclaveHandlers handlers) {
    const auto problem = [](const io::Error& error) {
        return problem_of(error, "is cloister-platform running on this socket?");
    };
    auto socket = io::connect_unix(paths.platform_socket);
    if (!socket) return err(problem(socket.error()));
    auto pair = io::socket_pair();
    if (!pair) return err(problem(pair.error()));
    const platform::LaunchRequest request{.path = paths.enclave, .arguments = {}};
    const std::array theirs{pair->second.get()};
    auto sent = io::send_descriptors(socket->get(), io::frame_of(scale::encode(request)), theirs);
    if (!sent) return err(problem(sent.error()));

    std::unique_ptr<EnclaveLink> link(new EnclaveLink(std::move(handlers)));
    EnclaveLink* self = link.get();
    link->launcher_.emplace(
        loop, std::move(*socket),
        io::ChannelLimits{.message_bytes_max = platform::response_frame_bytes_max},
        io::ChannelHandlers{
            .on_message = [self](Bytes bytes) { self->on_launcher(bytes); },
            .on_close = [self](const io::Error&) { self->end("the platform is gone"); }});
    // Its end is the launcher's to tell, with the reason.
    link->enclave_.emplace(
        loop, std::move(pair->first),
        io::ChannelLimits{.message_bytes_max = protocol::host_message_bytes_max},
        io::ChannelHandlers{.on_message = [self](Bytes bytes) { self->on_enclave(bytes); },
                            .on_close = [](const io::Error&) {}});
    return link;
}

void EnclaveLink::send(const protocol::HostInput& message) {
    const auto sent = enclave_->send(scale::encode(message));
    if (!sent && sent.error().code != io::ErrorCode::Closed)
        log_line("MessageLost", sent.error().text);
}

void EnclaveLink::on_launcher(const Bytes& bytes) {
    const auto event = scale::decode<platform::LauncherEvent>(bytes);
    if (!event) return end("the platform sent what is no launcher's event");
    if (const auto* launched = std::get_if<platform::Launched>(&*event))
        return handlers_.on_started(*launched);
    if (const auto* refused = std::get_if<platform::LaunchRefused>(&*event)) {
        return end(std::string(words_of(refused->error)));
    }
    end(words_of(std::get<platform::Exited>(*event)));
}

void EnclaveLink::on_enclave(const Bytes& bytes) {
    auto message = scale::decode<protocol::HostOutput>(bytes);
    if (!message) return end("the enclave sent what is no message to its host");
    handlers_.on_message(std::move(*message));
}

void EnclaveLink::end(const std::string& reason) {
    if (ended_) return;
    ended_ = true;
    // The owner drops this link in the call: nothing of it may be touched afterwards.
    const auto on_ended = std::move(handlers_.on_ended);
    on_ended(reason);
}

}  // namespace cloister::app
