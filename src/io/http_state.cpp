#include "io/http_state.hpp"

#include "base/assert.hpp"

namespace cloister::io {

HttpServer::State::Member::Member(std::shared_ptr<State> server)
    : server_(std::move(server)), place_(server_->members.insert(server_->members.end(), this)) {}

HttpServer::State::Member::~Member() {
    hold(0);
    (idle_ ? server_->idle : server_->members).erase(place_);
}

void HttpServer::State::Member::set_idle(bool idle) {
    if (idle == idle_) return;
    auto& from = idle_ ? server_->idle : server_->members;
    auto& to = idle ? server_->idle : server_->members;
    to.splice(to.end(), from, place_);
    idle_ = idle;
}

bool HttpServer::State::Member::hold(std::size_t bytes) {
    if (bytes > held_ && server_->held_bytes + (bytes - held_) > server_->limits.held_bytes_max)
        return false;
    server_->held_bytes = server_->held_bytes - held_ + bytes;
    held_ = bytes;
    return true;
}

HttpServer::State::State(EventLoop& loop, HttpLimits bounds, Handler then)
    : acceptor(loop.context()), pause(loop.context()), limits(bounds), handler(std::move(then)) {}

bool HttpServer::State::make_room() {
    if (members.size() + idle.size() < limits.connections_max) return true;
    if (idle.empty()) return false;
    Member* longest = idle.front();
    // It dies when its cancelled operation returns; until then it must not be chosen again.
    longest->set_idle(false);
    longest->close();
    return true;
}

void HttpServer::State::close_all() {
    closed = true;
    boost::system::error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
    for (const auto* list : {&members, &idle}) {
        for (Member* member : std::list<Member*>(*list)) member->close();
    }
}

}  // namespace cloister::io
