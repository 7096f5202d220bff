// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** A real Chromium without a window, driven by its DevTools protocol. One page, one test thread. */
final class Browser implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");

  private final ObjectMapper json = new ObjectMapper();
  private final GuardedProcess process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final WebSocket socket;

  private Browser(GuardedProcess process, String target) {
    this.process = process;
    this.socket = client.newWebSocketBuilder().buildAsync(URI.create(target), new Events()).join();
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
  }

  /** Starts one; the test is skipped where there is none and none can be installed. */
  static Browser start(Path folder) throws Exception {
    Process script =
        new ProcessBuilder("sh", "src/test/cluster/chromium.sh")
            .redirectError(folder.resolve("chromium.txt").toFile())
            .start();
    String path = new String(script.getInputStream().readAllBytes()).strip();
    int exitCode = script.waitFor();
    Assumptions.assumeTrue(
        exitCode == 0, () -> "no browser: " + text(folder.resolve("chromium.txt")).strip());
    List<String> command =
        new ArrayList<>(
            List.of(
                path,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("profile"),
                "about:blank"));
    GuardedProcess process = GuardedProcess.start(command, Map.of(), folder.resolve("browser.log"));
    try {
      await("the browser, see " + process.log())
          .atMost(SOON)
          .until(() -> LISTENING.matcher(text(process.log())).find());
      Matcher listening = LISTENING.matcher(text(process.log()));
      listening.find();
      return new Browser(process, target(listening.group(1)));
    } catch (Exception | Error e) {
      process.close();
      throw e;
    }
  }

  private static String target(String host) throws Exception {
    HttpResponse<String> tabs =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://" + host + "/json/list")).build(),
                HttpResponse.BodyHandlers.ofString());
    for (JsonNode tab : new ObjectMapper().readTree(tabs.body())) {
      if (tab.at("/type").asText().equals("page")) {
        return tab.at("/webSocketDebuggerUrl").asText();
      }
    }
    throw new AssertionError("the browser has no page: " + tabs.body());
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Events implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        take(part.toString());
        part.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedStage(null);
    }

    private void take(String text) {
      try {
        JsonNode message = json.readTree(text);
        CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(-1));
        if (answer != null) {
          answer.complete(message);
        }
        String event = message.path("method").asText();
        if (event.equals("Runtime.exceptionThrown")) {
          complaints.add(message.at("/params/exceptionDetails").toString());
        } else if (event.equals("Log.entryAdded")
            && message.at("/params/entry/source").asText().equals("security")) {
          complaints.add(message.at("/params/entry/text").asText());
        }
      } catch (IOException e) {
        complaints.add(e.toString());
      }
    }
  }

  /** Errors of scripts, and what the page's policy did not allow. */
  List<String> complaints() {
    return complaints;
  }

  JsonNode call(String method, Map<String, ?> parameters) {
    int number = numbers.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(number, answer);
    ObjectNode request = json.createObjectNode().put("id", number).put("method", method);
    request.set("params", json.valueToTree(parameters));
    socket.sendText(request.toString(), true).join();
    JsonNode message = answer.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join();
    if (message.has("error")) {
      throw new AssertionError(method + ": " + message.get("error"));
    }
    return message.get("result");
  }

  void open(URI address) {
    call("Page.navigate", Map.of("url", address.toString()));
  }

  /** The value of an expression in the page. */
  JsonNode value(String expression) {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of(
                "expression",
                expression,
                "returnByValue",
                true,
                "awaitPromise",
                true,
                "userGesture",
                true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    return result.at("/result/value");
  }

  void awaitTrue(String expression) {
    await(expression)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> value("Boolean(" + expression + ")").asBoolean());
  }

  /** Presses and lets go of a key. */
  void press(String key) {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          key.length() == 1
              ? Map.of("type", type, "key", key, "text", key)
              : Map.of("type", type, "key", key, "code", key));
    }
  }

  void mouse(String type, double x, double y) {
    call(
        "Input.dispatchMouseEvent",
        Map.of("type", type, "x", x, "y", y, "button", "left", "buttons", 1, "clickCount", 1));
  }

  /** As if the window were so large. */
  void size(int width, int height, boolean phone) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width", width, "height", height, "deviceScaleFactor", phone ? 2 : 1, "mobile", phone));
  }

  void dark(boolean dark) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Keeps a picture of the page under {@code target/screenshots}. */
  void picture(String name) throws IOException {
    JsonNode picture = call("Page.captureScreenshot", Map.of("format", "png"));
    Path folder = Files.createDirectories(Path.of("target/screenshots"));
    Files.write(
        folder.resolve(name + ".png"), Base64.getDecoder().decode(picture.get("data").asText()));
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
    process.close();
  }
}
