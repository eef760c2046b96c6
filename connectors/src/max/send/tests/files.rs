//! Files: their uploads, and what MAX says of them.

use super::*;

fn multipart(call: &crate::max::fake::RecordedCall) -> String {
    String::from_utf8_lossy(&call.bytes).into_owned()
}

#[tokio::test]
async fn each_type_has_its_upload() {
    let photos = json!({ "photos": { "b7": { "token": "photo-token" } } });
    for (content, kind, uploaded, token) in [
        (Content::Picture(kept("a.jpg", "image/jpeg")), "image", Some(photos), "photo-token"),
        (Content::Video(kept("a.mp4", "video/mp4")), "video", None, "token-of-place"),
        (Content::Voice(kept("a.ogg", "audio/ogg")), "audio", None, "token-of-place"),
        (Content::File(kept("a.pdf", "application/pdf")), "file", None, "token-of-upload"),
    ] {
        let bot = TestBot::new([]).await;
        if let Some(uploaded) = uploaded {
            bot.fake.answer(ScriptedAnswer::Json(200, json!({ "url": format!("{}/upload/1", bot.fake.base) })));
            bot.fake.answer(ScriptedAnswer::Json(200, uploaded));
        }
        taken(&bot.send(message(content)).await);
        let calls = bot.fake.calls();
        assert_eq!(calls[0].line, format!("POST /uploads?type={kind}"));
        assert_eq!((calls[1].line.as_str(), &calls[1].authorization), ("POST /upload/1", &None), "no token there");
        let form = multipart(&calls[1]);
        assert!(form.contains("name=\"data\"") && form.contains("the bytes of a file"), "{form}");
        assert_eq!(
            calls[2].body(),
            json!({ "text": "", "attachments": [{ "type": kind, "payload": { "token": token } }] })
        );
    }
}

#[tokio::test]
async fn a_caption_is_sent_together_with_its_file() {
    let media = Media { text: Some("signed".to_owned()), ..kept("a.pdf", "application/pdf") };
    let (_, bot) = sent(message(Content::File(media)), []).await;
    assert_eq!(bot.body(2)["text"], "signed");
}

#[tokio::test]
async fn a_file_that_is_not_ready_is_sent_later_and_not_uploaded_again() {
    let bot = TestBot::new([]).await;
    let file = || message(Content::Video(kept("a.mp4", "video/mp4")));
    for answer in [
        ScriptedAnswer::Json(200, json!({ "url": format!("{}/upload/1", bot.fake.base), "token": "t" })),
        ScriptedAnswer::Text(200, "<retval>1</retval>"),
    ] {
        bot.fake.answer(answer);
    }
    for seconds in [1, 2, 4] {
        bot.fake.answer(ScriptedAnswer::refused(400, "attachment.not.ready", "not processed"));
        let report = bot.send(file()).await;
        let after = Some(Duration::from_secs(seconds));
        assert_eq!(report.verdict, Verdict::Retry { after, whole_target: false });
    }
    taken(&bot.send(file()).await);
    let uploads = bot.fake.lines().iter().filter(|line| line.starts_with("POST /upload/")).count();
    assert_eq!((uploads, bot.fake.lines().len()), (1, 6));
}

#[tokio::test]
async fn a_token_that_ended_is_replaced_and_an_odd_format_is_a_document() {
    let bot = TestBot::new([]).await;
    let picture = || message(Content::Picture(kept("a.jpg", "image/jpeg")));
    taken(&bot.send(picture()).await);
    bot.fake.answer(ScriptedAnswer::refused(400, "proto.payload", "Invalid photo token provided: x"));
    taken(&bot.send(picture()).await);
    let uploads = bot.fake.lines().iter().filter(|line| line.starts_with("POST /upload/")).count();
    assert_eq!(uploads, 2, "{:?}", bot.fake.lines());
    let bot = TestBot::new([]).await;
    bot.fake.answer(ScriptedAnswer::Json(200, json!({ "url": format!("{}/upload/1", bot.fake.base) })));
    bot.fake.answer(ScriptedAnswer::refused(400, "", "File extension is not supported"));
    taken(&bot.send(picture()).await);
    assert_eq!(bot.fake.lines()[2], "POST /uploads?type=file");
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_done_again() {
    let bot = TestBot::new([]).await;
    bot.fake.answer(ScriptedAnswer::Json(200, json!({ "url": format!("{}/upload/1", bot.fake.base) })));
    bot.fake.answer(ScriptedAnswer::Reset);
    let report = bot.send(message(Content::File(kept("a.pdf", "application/pdf")))).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false }, "no message was sent");
}

#[tokio::test]
async fn a_file_host_that_refuses_refuses_the_file() {
    let refused_by = async |content: Content, status: u16| {
        let bot = TestBot::new([]).await;
        bot.fake.answer(ScriptedAnswer::Json(200, json!({ "url": format!("{}/upload/1", bot.fake.base) })));
        bot.fake.answer(ScriptedAnswer::Text(status, "<html>"));
        (bot.send(message(content)).await, bot)
    };
    let file = || Content::File(kept("a.pdf", "application/pdf"));
    for status in [400, 404, 413, 414, 415, 422] {
        let (report, bot) = refused_by(file(), status).await;
        assert_eq!((failure(&report).amocrm_code(), bot.fake.lines().len()), (905, 2), "{status}");
        let Verdict::Bury(refused) = report.verdict else { panic!("{status}") };
        assert!(refused.text.ends_with("Send a link to it."), "{status}: it is a document already: {}", refused.text);
    }
    for status in [401, 403, 408, 429, 502] {
        let (report, _) = refused_by(file(), status).await;
        assert!(matches!(report.verdict, Verdict::Retry { .. }), "{status}: {report:?}");
    }
    let (report, bot) = refused_by(Content::Picture(kept("a.jpg", "image/jpeg")), 400).await;
    taken(&report);
    assert_eq!(bot.fake.lines()[2], "POST /uploads?type=file");
}

#[tokio::test]
async fn a_file_that_is_not_stored_here_is_its_link() {
    let media = Media { media_id: None, ..kept("a.pdf", "application/pdf") };
    let (_, bot) = sent(message(Content::File(media)), []).await;
    assert_eq!(bot.body(0), json!({ "text": "a.pdf\nhttps://parom.example/media/t/a.pdf" }));
}
