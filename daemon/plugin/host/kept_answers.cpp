#include "plugin/host/kept_answers.hpp"

namespace herald::plugin {

namespace {

/// What a person and an answer take besides their texts, about.
constexpr std::size_t kPersonBytes = 400, kAnswerBytes = 300;

std::size_t size_of(const std::string& key, const model::web::Response& response) {
  auto bytes = kAnswerBytes + key.size() + response.body.size();
  for (const auto& [name, value] : response.headers) bytes += name.size() + value.size() + 64;
  return bytes;
}

}  // namespace

KeptAnswers::Question KeptAnswers::question(const model::web::Request& request,
                                            const model::Principal& who, model::UserId user) {
  if (request.method != "GET" || user <= 0 || !request.body.empty()) return {};
  Question out{{}, user, {}};
  out.key.reserve(request.target.size() + 64);
  out.key.append(1, who.kind == model::Principal::Kind::user ? 'p' : 's').append(request.target);
  for (const auto& [name, value] : request.headers)
    if (name == "if-none-match") out.key.append(1, '\n').append(value);
  return out;
}

std::shared_ptr<const model::web::Response> KeptAnswers::find(Question& question,
                                                              base::MonoPoint now) {
  if (question.key.empty()) return nullptr;
  return all_.with([&](All& all) -> std::shared_ptr<const model::web::Response> {
    const auto person = all.people.find(question.user);
    if (person == all.people.end() || person->second.handle == 0) return nullptr;
    question.changes = person->second.changes;
    const auto answer = person->second.answers.find(question.key);
    if (answer == person->second.answers.end()) return nullptr;
    if (now < answer->second.until) return answer->second.response;
    all.bytes -= answer->second.bytes;
    person->second.answers.erase(answer);
    return nullptr;
  });
}

void KeptAnswers::keep(const Question& question, const model::web::Response& response,
                       base::MonoPoint now) {
  if (question.key.empty()) return;
  if (!question.changes) return watch(question.user);
  const auto bytes = size_of(question.key, response);
  if (bytes > kMostEach) return;
  Answer answer{std::make_shared<const model::web::Response>(response), now + kLongest, bytes};
  std::vector<uint64_t> given_back;
  all_.with([&](All& all) {
    const auto found = all.people.find(question.user);
    if (found == all.people.end() || found->second.changes != *question.changes) return;
    auto& person = found->second;
    if (person.answers.size() >= kMostPerPerson) drop_answers(all, person);
    if (!person.answers.emplace(question.key, std::move(answer)).second) return;
    all.bytes += bytes;
    given_back = make_room(all, 0, question.user);
  });
  for (const auto handle : given_back) inbox_.unsubscribe(handle);
}

std::vector<uint64_t> KeptAnswers::make_room(All& all, std::size_t bytes, model::UserId user) {
  std::vector<uint64_t> given_back;
  while (all.bytes + bytes > kMostBytes && !all.order.empty() && all.order.front() != user) {
    const auto oldest = all.people.find(all.order.front());
    drop_answers(all, oldest->second);
    all.bytes -= kPersonBytes;
    // 0: watch() is at it, and will find nobody to give its subscription to.
    if (oldest->second.handle != 0) given_back.push_back(oldest->second.handle);
    all.people.erase(oldest);
    all.order.pop_front();
  }
  return given_back;
}

void KeptAnswers::watch(model::UserId user) {
  std::vector<uint64_t> given_back;
  const bool first = all_.with([&](All& all) {
    if (all.closed || all.people.contains(user)) return false;
    given_back = make_room(all, kPersonBytes, user);
    all.people.try_emplace(user);
    all.order.push_back(user);
    all.bytes += kPersonBytes;
    return true;
  });
  for (const auto handle : given_back) inbox_.unsubscribe(handle);
  if (!first) return;
  const auto handle = inbox_.subscribe(user, [weak = weak_from_this(), user](int64_t) {
    if (const auto self = weak.lock()) self->changed(user);
  });
  const bool kept = all_.with([&](All& all) {
    const auto person = all.people.find(user);
    if (person == all.people.end() || person->second.handle != 0) return false;
    person->second.handle = handle;
    return true;
  });
  if (!kept) inbox_.unsubscribe(handle);
}

void KeptAnswers::changed(model::UserId user) {
  all_.with([&](All& all) {
    const auto person = all.people.find(user);
    if (person == all.people.end()) return;
    ++person->second.changes;
    drop_answers(all, person->second);
  });
}

void KeptAnswers::drop_answers(All& all, Person& person) {
  for (const auto& [key, answer] : person.answers) all.bytes -= answer.bytes;
  person.answers.clear();
}

void KeptAnswers::close() {
  All given_back;
  all_.with([&](All& all) {
    given_back = std::move(all);
    all = All{};
    all.closed = true;
  });
  for (const auto& [user, person] : given_back.people)
    if (person.handle != 0) inbox_.unsubscribe(person.handle);
}

}  // namespace herald::plugin
