// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static io.logroute.receiver.search.StoreWriter.pod;
import static io.logroute.receiver.search.StoreWriter.record;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a real browser; pictures of it stay under {@code target/screenshots}. */
class LivePageIT {

  private static final String ROWS = "document.querySelectorAll('#lines li').length";
  private static final String SERVICE = "#t=t1&s=web";

  @TempDir private static Path browserFolder;
  private static Browser browser;

  @TempDir private Path folder;

  private ServedStore served;

  @BeforeAll
  static void startBrowser() throws Exception {
    browser = Browser.start(browserFolder);
  }

  @AfterAll
  static void endBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void serve() throws Exception {
    served = new ServedStore(folder.resolve("data"), Access.open(), 0, Clock.systemUTC());
    browser.complaints().clear();
    browser.size(1280, 800, false);
    browser.dark(false);
  }

  @AfterEach
  void stop() {
    browser.open(URI.create("about:blank"));
    served.close();
  }

  private void open(String hash) {
    browser.open(URI.create("about:blank"));
    browser.open(served.uri("/" + hash));
    browser.awaitTrue("document.readyState === 'complete'");
  }

  private void append(String file, String stream, String... lines) throws Exception {
    Instant now = Instant.now();
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      records.append(record(now.plusNanos(i), stream, lines[i]));
    }
    served.append(file, records.toString());
  }

  private void writeAnHour() throws Exception {
    Random random = new Random(7);
    Instant begin = Instant.now().minusSeconds(3600);
    List<String> levels =
        List.of(
            "\u001b[32mINFO\u001b[0m ", "\u001b[33mWARN\u001b[0m ", "\u001b[1;31mERROR\u001b[0m");
    for (int pod = 0; pod < 3; pod++) {
      StringBuilder records = new StringBuilder();
      for (int second = 0; second < 3600; second += 2) {
        int count = 1 + random.nextInt(second > 2000 && second < 2300 ? 8 : 2);
        for (int i = 0; i < count; i++) {
          int level = random.nextInt(20) == 0 ? 2 : random.nextInt(6) == 0 ? 1 : 0;
          Instant time = begin.plusMillis(second * 1000L + random.nextInt(2000));
          String id = Integer.toHexString(random.nextInt());
          records.append(
              record(
                  time,
                  level == 2 ? "stderr" : "stdout",
                  levels.get(level)
                      + " GET /api/orders/"
                      + id
                      + " 200 in "
                      + random.nextInt(90)
                      + " ms"));
          if (level == 2) {
            String trace =
                "java.lang.IllegalStateException: no stock for "
                    + id
                    + "\n"
                    + "\tat shop.orders.Stock.take(Stock.java:81)\n"
                    + "\tat shop.orders.OrderService.place(OrderService.java:44)\n"
                    + "\tat java.base/java.lang.Thread.run(Thread.java:1474)";
            for (String line : trace.split("\n", -1)) {
              records.append(record(time.plusNanos(1 + records.length() % 900), "stderr", line));
            }
          }
        }
      }
      served.append(
          pod("web-7c9f4-" + "abc".charAt(pod) + "x2k" + pod, "app", 0), records.toString());
    }
    for (String service : List.of("billing", "search", "worker")) {
      Files.createDirectories(folder.resolve("data/t1").resolve(service));
      served.traffic.add("t1", service, random.nextInt(5000), 100);
    }
    served.traffic.add("team-b", "gateway", 4000, 100);
  }

  @Test
  void shouldShowFindPickAndLink() throws Exception {
    writeAnHour();
    open("");
    browser.awaitTrue(ROWS + " > 200");
    browser.awaitTrue("document.querySelectorAll('#histogram rect').length > 50");
    browser.awaitTrue("document.querySelectorAll('.spark polyline').length > 0");
    assertThat(browser.value("document.querySelector('.content').textContent").asText())
        .doesNotContain("\u001b");
    assertThat(browser.value("document.querySelectorAll('.text .c2').length").asInt()).isPositive();
    browser.picture("desktop-light");
    browser.dark(true);
    browser.value("document.querySelectorAll('.fold')[0].click()");
    assertThat(browser.value("document.querySelector('.trace').hidden").asBoolean()).isFalse();
    browser.picture("desktop-dark");
    browser.dark(false);

    browser.press("/");
    browser.call("Input.insertText", Map.of("text", "no stock for"));
    browser.value("document.getElementById('search').requestSubmit()");
    browser.awaitTrue("document.querySelectorAll('mark').length > 20");
    assertThat(
            browser
                .value(
                    "[...document.querySelectorAll('mark')].every(m => m.textContent === 'no stock for')")
                .asBoolean())
        .isTrue();
    browser.picture("search");

    browser.press("j");
    browser.press("j");
    String id = browser.value("document.querySelector('li.here').line.id").asText();
    String text = browser.value("document.querySelector('li.here').line.line").asText();
    browser.value(
        "navigator.clipboard.writeText = async text => { window.copied = text; };"
            + " document.querySelectorAll('.actions button')[1].click()");
    browser.awaitTrue("window.copied");
    assertThat(browser.value("copied").asText()).contains(SERVICE, "id=" + id);
    open(SERVICE + "&id=" + id);
    browser.awaitTrue("document.querySelector('li.linked')");
    assertThat(browser.value("document.querySelector('li.linked').textContent").asText())
        .contains(text);
    browser.picture("permanent-link");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void shouldPickASpanOnTheHistogramByMouseAndByKeys() throws Exception {
    writeAnHour();
    open(SERVICE);
    browser.awaitTrue("document.querySelectorAll('#histogram rect').length > 50");
    JsonNode box =
        browser.value(
            "(b => ({x: b.left, y: b.top, w: b.width}))(document.getElementById('histogram').getBoundingClientRect())");
    double y = box.get("y").asDouble() + 20;
    double left = box.get("x").asDouble();
    double width = box.get("w").asDouble();
    browser.mouse("mousePressed", left + width * 0.5, y);
    browser.mouse("mouseMoved", left + width * 0.55, y);
    browser.mouse("mouseReleased", left + width * 0.6, y);

    browser.awaitTrue("location.hash.includes('since=')");
    browser.awaitTrue(ROWS + " > 10");
    String span =
        "(p => Date.parse(p.get('until')) - Date.parse(p.get('since')))(new URLSearchParams(location.hash.slice(1)))";
    assertThat(browser.value(span).asLong()).isBetween(300_000L, 420_000L);
    browser.picture("picked-span");

    browser.awaitTrue("document.querySelectorAll('#histogram rect').length > 50");
    browser.value("document.getElementById('histogram').focus()");
    browser.press("ArrowRight");
    browser.press("Enter");
    browser.awaitTrue(span + " < 10000");
  }

  @Test
  void shouldFollowPauseAndSurviveARestart() throws Exception {
    append(pod("a", "app", 0), "stdout", "before");
    open(SERVICE);
    browser.awaitTrue(ROWS + " === 1");
    browser.press("f");
    browser.awaitTrue("document.getElementById('status').textContent.startsWith('Following')");
    append(pod("a", "app", 0), "stdout", "one", "two");
    browser.awaitTrue(ROWS + " === 3");

    browser.press("f");
    append(pod("a", "app", 0), "stdout", "while paused");
    browser.press("f");
    browser.awaitTrue(ROWS + " === 4");

    int port = served.address().getPort();
    served.close();
    browser.awaitTrue("document.getElementById('status').textContent.includes('trying again')");
    browser.picture("connection-lost");
    served = new ServedStore(folder.resolve("data"), Access.open(), port, Clock.systemUTC());
    append(pod("a", "app", 0), "stdout", "after the restart");
    browser.awaitTrue(ROWS + " === 5");
    assertThat(
            browser
                .value("[...document.querySelectorAll('.content')].map(c => c.textContent).join()")
                .asText())
        .isEqualTo("before,one,two,while paused,after the restart");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void shouldFollow5000LinesASecondWithoutFreezing() throws Exception {
    int seconds = Integer.getInteger("logroute.page.seconds", 10);
    append(pod("a", "app", 0), "stdout", "first");
    open(SERVICE);
    browser.awaitTrue(ROWS + " === 1");
    browser.press("f");
    browser.awaitTrue("document.getElementById('status').textContent.startsWith('Following')");
    browser.value(
        """
        window.longest = 0;
        window.frames5000 = 0;
        window.beat = performance.now();
        (function frame() {
          const now = performance.now();
          longest = Math.max(longest, now - beat);
          beat = now;
          frames5000++;
          requestAnimationFrame(frame);
        })()
        """);
    long begin = System.nanoTime();
    String filler = " GET /api/orders 200 in 17 ms " + "x".repeat(120);
    for (int round = 0; round < seconds * 10; round++) {
      StringBuilder records = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        records.append(record(Instant.now(), "stdout", "line " + (round * 500 + i) + filler));
      }
      served.append(pod("a", "app", 0), records.toString());
      long due = begin + Duration.ofMillis(100).toNanos() * (round + 1);
      while (System.nanoTime() < due) {
        Thread.sleep(5);
      }
    }
    String last = "line " + (seconds * 5000 - 1) + " ";
    browser.awaitTrue(
        "document.getElementById('lines').lastElementChild.textContent.includes('" + last + "')");
    browser.picture("follow-5000");
    double longestMs = browser.value("longest").asDouble();
    System.out.printf(
        "page: %d s at 5000 lines/s: longest gap between two of %d frames %.0f ms; %s%n",
        seconds,
        browser.value("frames5000").asInt(),
        longestMs,
        browser.value("document.getElementById('status').textContent").asText());
    assertThat(longestMs).isLessThan(2000);
    assertThat(browser.value(ROWS).asInt()).isLessThanOrEqualTo(3000);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void shouldShowHostileLinesHarmless() throws Exception {
    Path file = served.store.file(pod("a", "app", 0));
    append(
        pod("a", "app", 0),
        "stdout",
        "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>",
        "\u202Egnp.exe looks like exe.png",
        "a \u0000 nul, \u0007 bell, \u009b c1, \u200b zero width",
        "\u001b[31mred\u001b[0m \u001b[38;5;300mx\u001b]0;title\u0007\u001b[999999999999m \u001b[2J\u001b[Hclear",
        "javascript:window.hacked=3 \"'><svg onload=window.hacked=4>",
        "x".repeat(1 << 20),
        "\u0625\u0644\u0639\u0631\u0628\u064a\u0629 right to left");
    Files.write(
        file,
        (record(Instant.now().plusSeconds(1), "stdout", ""))
            .replace(" F \n", " F \u00ff\u00fe\n")
            .getBytes(ISO_8859_1),
        StandardOpenOption.APPEND);
    append(
        "%3Cimg src=x onerror=window.hacked=5%3E.log".replace(' ', '_'),
        "stdout",
        "its tag is hostile");
    Files.createDirectories(folder.resolve("data/t1/.._..-"));

    open(SERVICE);
    browser.awaitTrue(ROWS + " >= 8");

    assertThat(browser.value("typeof window.hacked").asText()).isEqualTo("undefined");
    assertThat(
            browser
                .value(
                    "document.querySelectorAll('main img, main script, #lines svg, nav img').length")
                .asInt())
        .isZero();
    String shown = browser.value("document.getElementById('lines').textContent").asText();
    assertThat(shown)
        .contains(
            "<script>window.hacked = 1</script>", "U+202E", "\u2400", "\u2407", "U+009B", "U+200B")
        .doesNotContain("\u202E", "\u0000", "\u001b");
    assertThat(
            browser
                .value(
                    "Math.max(...[...document.querySelectorAll('.text')].map(t => t.textContent.length))")
                .asInt())
        .isLessThan(10_000);
    browser.picture("hostile");
    browser.value("document.querySelector('.more').click()");
    assertThat(
            browser
                .value(
                    "Math.max(...[...document.querySelectorAll('.text')].map(t => t.textContent.length))")
                .asInt())
        .isEqualTo(1 << 20);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void shouldAskForATokenAndShowItsTenantsOnly() throws Exception {
    append(pod("a", "app", 0), "stdout", "of tenant one");
    Files.createDirectories(folder.resolve("data/t2/api"));
    Path tokens = folder.resolve("tokens");
    Files.write(tokens, "team-one-00000000 t1\n".getBytes(UTF_8));
    served.close();
    served = new ServedStore(folder.resolve("data"), TokenFile.open(tokens), 0, Clock.systemUTC());
    open("");
    browser.awaitTrue("document.getElementById('login').open");
    browser.picture("token");
    browser.call("Input.insertText", Map.of("text", "team-one-00000000"));
    browser.value("document.querySelector('#login button').click()");

    browser.awaitTrue(ROWS + " === 1");
    assertThat(
            browser
                .value("[...document.querySelectorAll('nav h2')].map(h => h.textContent).join()")
                .asText())
        .isEqualTo("t1");
  }

  @Test
  void shouldWorkOnAPhone() throws Exception {
    writeAnHour();
    browser.size(390, 844, true);
    open(SERVICE);
    browser.awaitTrue(ROWS + " > 200");
    browser.picture("phone");
    assertThat(browser.value("document.documentElement.scrollWidth <= innerWidth").asBoolean())
        .isTrue();
    browser.value("document.getElementById('menu').click()");
    browser.awaitTrue("document.querySelectorAll('.service').length > 3");
    browser.picture("phone-services");
    assertThat(browser.value("getComputedStyle(document.querySelector('nav')).display").asText())
        .isEqualTo("block");
  }

  @Test
  void shouldNameEverythingForAssistiveSoftwareAndHaveContrast() throws Exception {
    writeAnHour();
    for (boolean dark : List.of(false, true)) {
      browser.dark(dark);
      open(SERVICE);
      browser.awaitTrue(ROWS + " > 200");
      JsonNode problems = browser.value(Accessibility.CHECK);
      assertThat(problems).as(dark ? "dark" : "light").isEmpty();
    }
  }
}
