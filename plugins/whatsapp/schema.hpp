// schema.hpp - the settings as JSON Schema, for editors and `heraldd check`; settings.cpp says
// more.
#pragma once

namespace whatsapp {

constexpr char kSchema[] =
    R"({"type":"object","additionalProperties":false,"properties":{)"
    R"("provider":{"enum":["cloud-api","twilio"]},"base_url":{"type":"string"},)"
    R"("version":{"type":"string"},"phone_number_id":{"type":["string","integer"]},)"
    R"("preview_url":{"type":"boolean"},"account_sid":{"type":"string"},)"
    R"("api_key_sid":{"type":"string"},"from":{"type":["string","integer"]},)"
    R"("messaging_service_sid":{"type":"string"},"webhook_url":{"type":"string"},)"
    R"("webhook_path":{"type":"string"},"timeout":{"type":"string"},)"
    R"("window":{"enum":["track","ignore"]},"opt_in":{"enum":["assumed","required"]},)"
    R"("quarantine":{"type":"string"},)"
    R"("stop_words":{"type":"array","items":{"type":"string"}},)"
    R"("start_words":{"type":"array","items":{"type":"string"}},)"
    R"("replies":{"type":"object","additionalProperties":false,"properties":{)"
    R"("which":{"type":"string"},"already":{"type":"string"},"expired":{"type":"string"}}},)"
    R"("templates":{"type":"object","additionalProperties":{"type":"object",)"
    R"("additionalProperties":false,"properties":{"name":{"type":"string"},)"
    R"("language":{"type":["string","array"]},"content_sid":{"type":["string","object"]},)"
    R"("header":{"type":"string"},"params":{"type":"array","items":{"type":"string"}},)"
    R"("buttons":{"type":"array","items":{"type":"object"}},)"
    R"("when":{"enum":["outside","always"]}}}}}})";

}  // namespace whatsapp
