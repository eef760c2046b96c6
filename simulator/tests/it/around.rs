//! The mail server and the receiver of webhooks, by the bytes that a sender writes.

use std::time::Duration;

use simulator::mail::MailServer;
use simulator::webhooks::Receiver;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LIMIT: Duration = Duration::from_secs(20);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Says all lines at once and returns what was answered until the server hung up.
async fn says(server: &MailServer, text: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    answers
}

#[tokio::test]
async fn a_letter_is_kept_shown_and_refused() {
    let _first = rustls::crypto::ring::default_provider().install_default();
    let server = MailServer::start().await.unwrap();
    let letter = "EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nTo: c@d.example\r\n\
                  Subject: Hello\r\n\r\nSee https://e.example/f.\r\n..dot\r\n.\r\nQUIT\r\n";
    assert!(says(&server, letter).await.ends_with("354 go on\r\n250 taken\r\n221 bye\r\n"));
    let kept = server.wait_for(LIMIT, |letter| letter.subject == "Hello").await.unwrap();
    assert_eq!((kept.to.as_str(), kept.text.as_str()), ("c@d.example", "See https://e.example/f.\n.dot\n"));
    let page = reqwest::get(format!("{}/letters/{}", server.base_url(), kept.id)).await.unwrap().text().await.unwrap();
    assert!(page.contains("href=\"https://e.example/f\""), "{page}");
    server.refuses(550);
    assert!(says(&server, "RCPT TO:<c@d.example>\r\nQUIT\r\n").await.contains("550 not here"));
    assert_eq!((server.refused(), server.letters().len()), (1, 1));
}

#[tokio::test]
async fn a_webhook_is_taken_by_its_signature_and_its_time() {
    let _first = rustls::crypto::ring::default_provider().install_default();
    let receiver = Receiver::start().unwrap();
    receiver.expects("vendor", "Vendor", SECRET);
    let now = seconds();
    let sends = async |at: i64, signature: &str| {
        let request = reqwest::Client::new().post(receiver.address("vendor")).body("{\"type\":\"x\"}");
        let request = request.header("webhook-id", "msg_1").header("webhook-timestamp", at);
        request.header("webhook-signature", signature).send().await.unwrap().status().as_u16()
    };
    let right = |at: i64| format!("v1,AAAA {}", sign("msg_1", at, "{\"type\":\"x\"}"));
    assert_eq!(sends(now, &right(now)).await, 200);
    assert_eq!(sends(now, &right(now - 1)).await, 401, "signed for another time");
    assert_eq!(sends(now - 3_600, &right(now - 3_600)).await, 401, "an hour old");
    let all = receiver.webhooks();
    assert_eq!(all.iter().map(|one| one.is_verified).collect::<Vec<_>>(), [true, false, false]);
    receiver.faults().until_cleared("*", simulator::kit::Fault::HtmlPage { status: 503 });
    assert_eq!(sends(now, &right(now)).await, 503);
}

fn seconds() -> i64 {
    simulator::kit::system_clock()().timestamp()
}

fn sign(id: &str, at: i64, body: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hmac::{Hmac, KeyInit, Mac};
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
