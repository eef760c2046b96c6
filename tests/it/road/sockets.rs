//! Callers that speak HTTP badly on purpose: slowly, and with lengths that contradict each other.

use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::settings::PATIENCE;
use parom_tests::{World, once};
use simulator::crm::HookMessage;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn says(world: &World, bytes: &str) -> TcpStream {
    let base = world.api.base();
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

/// Everything that is answered until the connection ends.
async fn hears(mut stream: TcpStream) -> String {
    let mut heard = Vec::new();
    // A reset ends it too.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("it ends in time");
    String::from_utf8_lossy(&heard).into_owned()
}

async fn slow_callers_delay_no_other_caller(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let body = format!("POST /location/{} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{", line.scope_id);
    let head = "POST /location/1 HTTP/1.1\r\nHost: x\r\nX-Slow";
    let bodies = join_all((0..60).map(|_| says(world, &body))).await;
    let heads = join_all((0..60).map(|_| says(world, head))).await;
    world.manager(&line).answers("anna", "served beside them").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["served beside them"]);
    // Bodies are waited for by the world's clock, heads by the machine's.
    let heard = tokio::spawn(join_all(bodies.into_iter().map(hears)));
    world
        .until("the bodies are waited for no longer", async || {
            world.advance(Duration::from_secs(4));
            heard.is_finished().then_some(())
        })
        .await;
    for heard in heard.await.unwrap() {
        assert!(heard.starts_with("HTTP/1.1 408 "), "{heard:?}");
    }
    for heard in join_all(heads.into_iter().map(hears)).await {
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408 "), "{heard:?}");
    }
}

async fn lengths_that_contradict_each_other_are_refused(world: &mut World) {
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for lengths in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: five",
        "Content-Length: +5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: gzip, identity",
    ] {
        let request = format!("POST /location/1 HTTP/1.1\r\nHost: x\r\n{lengths}\r\n\r\n0\r\n\r\n{hidden}");
        let heard = hears(says(world, &request).await).await;
        assert!(heard.starts_with("HTTP/1.1 400 ") || heard.is_empty(), "{lengths:?}: {heard:?}");
        assert!(!heard.contains("HTTP/1.1 200"), "{lengths:?} hid a request: {heard:?}");
    }
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).sends("anna", HookMessage::text("all is well")).await;
    world.deliver_all().await;
}

once!(slow_callers_delay_no_other_caller, lengths_that_contradict_each_other_are_refused);
