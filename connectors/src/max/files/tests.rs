use futures_util::TryStreamExt;
use serde_json::json;

use super::*;
use crate::max::fake::{Fake, ScriptedAnswer};

fn settings() -> Settings {
    Settings { public: json!({}), secrets: [("bot_token".to_owned(), "token".into())].into() }
}

fn reference(fake: &Fake, video: Option<&str>) -> String {
    let url = format!("{}/files/old?sig=1", fake.base);
    FileReference { mid: "mid.1".to_owned(), attachment: 1, video: video.map(str::to_owned), url }.write()
}

async fn opened(fake: &Fake, reference: &str) -> Result<Vec<u8>, NotOpened> {
    let file = open(&fake.api(), &settings(), reference).await?;
    Ok(file.bytes.try_concat_vec().await)
}

/// All bytes of a stream.
trait TryConcatVec {
    async fn try_concat_vec(self) -> Vec<u8>;
}

impl TryConcatVec for futures_util::stream::BoxStream<'static, Result<bytes::Bytes, String>> {
    async fn try_concat_vec(self) -> Vec<u8> {
        let pieces: Vec<bytes::Bytes> = self.try_collect().await.unwrap();
        pieces.concat()
    }
}

#[tokio::test]
async fn a_file_is_loaded_without_the_token() {
    let fake = Fake::start([ScriptedAnswer::Text(200, "bytes")]).await;
    assert_eq!(opened(&fake, &reference(&fake, None)).await, Ok(b"bytes".to_vec()));
    assert_eq!((fake.call().line.as_str(), fake.call().authorization), ("GET /files/old?sig=1", None));
}

#[tokio::test]
async fn an_expired_file_address_is_requested_again() {
    let fake = Fake::start([]).await;
    let new_url = format!("{}/files/new", fake.base);
    let attachments = json!([{ "type": "image" }, { "type": "file", "payload": { "url": new_url } }]);
    let bytes = || ScriptedAnswer::Text(200, "bytes");
    // From the message itself, from the one it forwards, from the video.
    let own = json!({ "body": { "mid": "mid.1", "attachments": attachments } });
    let forwarded = json!({ "body": { "mid": "mid.1" }, "link": { "message": { "attachments": attachments } } });
    let video = json!({ "urls": { "mp4_1080": null, "mp4_480": new_url } });
    for (told, video) in [(own, None), (forwarded, None), (video, Some("vt"))] {
        for answer in [ScriptedAnswer::Text(403, ""), ScriptedAnswer::Json(200, told), bytes()] {
            fake.answer(answer);
        }
        assert_eq!(opened(&fake, &reference(&fake, video)).await, Ok(b"bytes".to_vec()));
    }
    let asked: Vec<String> = fake.lines().into_iter().skip(1).step_by(3).collect();
    assert_eq!(asked, ["GET /messages/mid.1", "GET /messages/mid.1", "GET /videos/vt"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_reported_with_its_reason() {
    let not = |answers: Vec<ScriptedAnswer>| async {
        let fake = Fake::start(answers).await;
        opened(&fake, &reference(&fake, None)).await.unwrap_err()
    };
    let gone = |status| ScriptedAnswer::Text(status, "");
    assert_eq!(not(vec![gone(404), gone(404)]).await, NotOpened::Gone("status_404".to_owned()));
    assert_eq!(not(vec![gone(410)]).await, NotOpened::Gone("status_410".to_owned()), "the message has no such file");
    assert!(matches!(not(vec![gone(503)]).await, NotOpened::Later { .. }));
    assert!(matches!(not(vec![gone(403), gone(401)]).await, NotOpened::Later { .. }), "the token may be renewed");
    let fake = Fake::start([]).await;
    assert_eq!(opened(&fake, "no reference").await, Err(NotOpened::Never("unsupported")));
}

#[test]
fn the_token_of_an_upload_is_read_from_two_places() {
    let token = |answer: &str| uploaded_token(answer.as_bytes()).ok();
    assert_eq!(token(r#"{"photos":{"b7":{"token":"a"}}}"#).as_deref(), Some("a"));
    assert_eq!(token(r#"{"fileId":1,"token":"b"}"#).as_deref(), Some("b"));
    for none in ["<retval>1</retval>", "{}", r#"{"token":""}"#, r#"{"photos":{}}"#, ""] {
        assert_eq!(token(none), None, "{none}");
    }
}
