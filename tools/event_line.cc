#include "event_line.h"

#include "json_writer.h"

namespace larder::tool {

std::string EventLine(const Event& event) {
  std::string line;
  JsonWriter json(line);
  json.Object();
  json.Text("Event", EventKindName(event.kind));
  json.TimeIf("At", event.at);
  json.Text("Ref", event.ref.ToString());
  if (!event.from.empty()) json.Text("From", event.from.ToString());
  if (!event.to.empty()) json.Text("To", event.to.ToString());
  json.TextIf("Text", event.text);
  json.End();
  line += '\n';
  return line;
}

}  // namespace larder::tool
