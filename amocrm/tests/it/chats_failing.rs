//! The Chats API when it fails: what is known of the other side afterwards.

use std::time::Duration;

use amocrm::Error;
use amocrm::chats::{ChatUser, Chats, Content, Forwards, MessageRef, NewMessage, Post};
use amocrm::chats::{Quote, QuotedMessage, QuotedSender, SharedPost, SourceRef};
use tokio::net::TcpListener;

use crate::chats::{ACCOUNT, CHANNEL, SCOPE, chats, clock, message, secret};
use crate::stub::{Play, Stub, answer, dead_address, http};

async fn failing(play: Play) -> Error {
    let stub = Stub::new(vec![play]).await;
    let chats = chats(&stub.base).with_total_time(Duration::from_millis(500));
    let error = chats.send_message(&secret(), SCOPE, &message()).await.unwrap_err();
    assert_eq!(stub.seen().len(), 1, "asked once: {error}");
    assert_eq!(error.call(), "send_message");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("test-channel-secret"), "{shown}");
    // which account it was for
    let place = format!("{}/v2/origin/custom/{SCOPE}", stub.base.strip_prefix("http://").unwrap());
    assert_eq!(error.address(), Some(place.as_str()));
    assert!(error.to_string().contains(&place), "{error}");
    error
}

#[tokio::test]
async fn nothing_listens_at_the_address() {
    let error = chats(&dead_address().await).send_message(&secret(), SCOPE, &message()).await.unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }), "{error}");
    assert!(!error.outcome_unknown());
    assert_eq!(error.status(), None);
    assert!(error.to_string().contains(SCOPE), "{error}");
}

#[tokio::test]
async fn no_encryption_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream)
        }
    });
    let error = chats(&base).send_message(&secret(), SCOPE, &message()).await.unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }), "{error}");
}

#[tokio::test]
async fn an_incomplete_answer() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"new_message\"".to_vec();
    let refusal_cut = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{".to_vec();
    let no_http = b"SMTP ready\r\n".to_vec();
    for play in [Play::Close, Play::Hang, Play::Answer(cut), Play::Answer(refusal_cut), Play::Answer(no_http)] {
        let error = failing(play).await;
        assert!(matches!(error, Error::NoAnswer { .. }), "{error}");
        assert!(error.outcome_unknown());
    }
}

#[tokio::test]
async fn unreadable_success() {
    let long = format!(r#"{{"new_message":{{"msgid":"m"}},"x":"{}"}}"#, "y".repeat(1 << 20));
    for body in
        ["<html>sign in</html>", "", "[]", "{}", r#"{"new_message":[]}"#, r#"{"new_message":{"msgid":""}}"#, &long]
    {
        let error = failing(answer("200 OK", "", body)).await;
        assert!(matches!(error, Error::Unreadable { status: 200, .. }), "{error}");
        assert!(error.outcome_unknown());
    }
    // readable within the limit, but longer than it
    let padded = format!("{{\"new_message\":{{\"msgid\":\"m\"}}}}{}", " ".repeat(1 << 20));
    let error = failing(answer("200 OK", "", &padded)).await;
    assert!(matches!(&error, Error::Unreadable { text, .. } if text.contains("too long")), "{error}");
    let stub = Stub::answering("200 OK", "<html>maintenance</html>").await;
    let error = chats(&stub.base).disconnect(&secret(), CHANNEL, ACCOUNT).await.unwrap_err();
    assert_eq!(error.status(), Some(200));
    assert!(error.outcome_unknown() && error.to_string().contains("maintenance"), "{error}");
}

#[tokio::test]
async fn refusals() {
    let moved = answer("301 Moved Permanently", "Location: http://127.0.0.1:1/\r\n", "");
    assert!(matches!(failing(moved).await, Error::Refused { status: 301, .. }));
    let error = failing(answer("400 Bad Request", "", "{\"error\":\n\"\u{7f}bad data\"}")).await;
    assert!(
        matches!(&error, Error::Refused { status: 400, retry_after: None, text, .. } if text == "{\"error\": \" bad data\"}")
    );
    assert!(!error.outcome_unknown());
    let error = failing(answer("502 Bad Gateway", "", &"ж".repeat(1 << 20))).await;
    assert!(matches!(&error, Error::Refused { status: 502, text, .. } if text.len() <= 2048));
}

#[tokio::test]
async fn a_gateways_page_is_no_refusal() {
    for status in ["301 Moved", "400 Bad Request", "401 X", "402 X", "403 Forbidden", "404 Not Found", "422 X"] {
        for page in ["<html><h1>nginx</h1></html>", "access denied"] {
            let error = failing(answer(status, "Retry-After: 9\r\n", page)).await;
            let Error::Gateway { retry_after, text, .. } = &error else { panic!("{status}: {error}") };
            assert_eq!((retry_after.map(|wait| wait.as_secs()), text.as_str()), (Some(9), page));
            assert_eq!(error.status(), None, "it is no answer of amoCRM's");
            assert!(!error.outcome_unknown());
        }
        assert!(
            matches!(failing(answer(status, "", "")).await, Error::Refused { .. }),
            "an empty body may be amoCRM's"
        );
    }
    for (line, code) in [("413 X", 413), ("414 X", 414), ("415 X", 415), ("502 Bad Gateway", 502)] {
        let error = failing(answer(line, "", "<html>")).await;
        assert!(matches!(error, Error::Refused { status, .. } if status == code), "whoever says it: {error}");
    }
}

#[tokio::test]
async fn asked_to_wait() {
    for (headers, body, expected) in [
        ("Retry-After: 17\r\n", "", Some(17)),
        ("Date: Tue, 01 Sep 2026 09:05:07 GMT\r\nRetry-After: Tue, 01 Sep 2026 09:06:07 GMT\r\n", "", Some(60)),
        ("Date: Tue, 01 Sep 2026 09:05:07 GMT\r\nRetry-After: Tue, 01 Sep 2026 09:00:00 GMT\r\n", "", Some(0)),
        ("Retry-After: soon\r\n", r#"{"retry_after":300}"#, Some(300)),
        ("Retry-After: 18446744073709551615\r\n", "", Some(86_400)),
        ("", "<html>", None),
    ] {
        let Error::Refused { status: 429, retry_after, .. } =
            failing(answer("429 Too Many Requests", headers, body)).await
        else {
            panic!("{headers}")
        };
        assert_eq!(retry_after, expected.map(Duration::from_secs), "{headers}");
    }
}

#[tokio::test]
async fn own_mistakes_are_not_sent() {
    let chats = chats(&dead_address().await);
    for id in ["", ".", "..", "a/b", "a b", "é", "a?b", "%2e"] {
        let error = chats.send_message(&secret(), id, &message()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{id}: {error}");
    }
    let long = SourceRef { external_id: "x".repeat(41) };
    let nowhere = Content::Location { longitude: f64::NAN, latitude: 0.0, caption: String::new() };
    let whole = |content, sender| {
        let quoted = QuotedMessage { content, at_milliseconds: 0, sender: QuotedSender::Named(sender) };
        Some(Quote::Whole(Box::new(quoted)))
    };
    let forwards = Forwards {
        message: Quote::Known(MessageRef::Ours(String::new())),
        conversation_id: None,
        conversation_ref_id: None,
    };
    for broken in [
        NewMessage { receiver: Some(ChatUser::default()), ..message() },
        NewMessage { reply_to: Some(Quote::Known(MessageRef::Amojo(String::new()))), ..message() },
        NewMessage { reply_to: whole(Content::default(), "Maria".to_owned()), ..message() },
        NewMessage { reply_to: whole(message().content, String::new()), ..message() },
        NewMessage { reply_to: whole(nowhere.clone(), "Maria".to_owned()), ..message() },
        NewMessage { forwards: Some(forwards), ..message() },
        NewMessage { post: Some(Post { id: "p".to_owned(), ..Post::default() }), ..message() },
        NewMessage { post: Some(Post { url: "p".to_owned(), ..Post::default() }), ..message() },
        NewMessage { shared_post: Some(SharedPost::default()), ..message() },
        NewMessage { message_id: String::new(), ..message() },
        NewMessage { conversation_id: String::new(), ..message() },
        NewMessage { sender: ChatUser::default(), ..message() },
        NewMessage { source: Some(long), ..message() },
        NewMessage { content: Content::Text { text: String::new() }, ..message() },
        NewMessage { content: nowhere, ..message() },
    ] {
        let error = chats.send_message(&secret(), SCOPE, &broken).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "send_message", .. }), "{error}");
    }
    for base in ["", "amojo.amocrm.ru", "ftp://x", "https://u@x", "https://x?q", "https://x#f", "mailto:x@y"] {
        assert!(matches!(Chats::new(http(), base, clock()), Err(Error::Invalid { .. })), "{base}");
    }
}
