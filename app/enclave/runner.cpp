#include "runner.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace cloister::app {

Runner::Runner()
    : event_file_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { work(); }) {}

Runner::~Runner() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    arrived_.notify_one();
    thread_.join();
    ::close(event_file_);
}

void Runner::submit(std::shared_ptr<const enclave::Execution> execution) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(execution));
    }
    arrived_.notify_one();
}

std::vector<enclave::input::Executed> Runner::take() {
    std::uint64_t count = 0;
    // Nothing to read only means that nothing is done yet.
    static_cast<void>(!::read(event_file_, &count, sizeof count));
    const std::lock_guard lock(mutex_);
    return std::exchange(done_, {});
}

void Runner::work() {
    for (;;) {
        std::shared_ptr<const enclave::Execution> execution;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
            if (ending_) return;
            execution = std::move(waiting_.front());
            waiting_.pop_front();
        }
        enclave::input::Executed result{execution->id(), execution->run()};
        execution.reset();
        {
            const std::lock_guard lock(mutex_);
            done_.push_back(std::move(result));
        }
        const std::uint64_t one = 1;
        static_cast<void>(!::write(event_file_, &one, sizeof one));
    }
}

}  // namespace cloister::app
