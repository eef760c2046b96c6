//! What refusals and broken connections mean.

use std::time::Duration;

use super::*;

async fn refused(kind: &str, answer: ScriptedAnswer) -> Report {
    let event = Event::Created(Box::new(text("Hi")));
    sent(kind, vec![answer], &outgoing(event, Some(("mid-0", 60)))).await.0
}

#[tokio::test]
async fn each_class_has_its_verdict() {
    for (kind, subcode) in
        [("instagram", 2_534_022), ("instagram", 2_018_278), ("facebook", 2_534_022), ("facebook", 2_018_278)]
    {
        let window = ScriptedAnswer::refused(10, subcode, "(#10) The window is closed");
        let Verdict::Bury(failure) = refused(kind, window).await.verdict else { panic!("not buried") };
        assert_eq!((failure.code.amocrm_code(), failure.code.word()), (905, "window_closed"), "{kind} {subcode}");
    }
    let blocked = ScriptedAnswer::refused(551, 1_545_041, "(#551) This person isn't available right now.");
    let Verdict::Bury(failure) = refused("facebook", blocked).await.verdict else { panic!("not buried") };
    assert_eq!(failure.code.amocrm_code(), 901);
    let token = ScriptedAnswer::refused(190, 463, "Error validating access token: Session has expired.");
    let report = refused("instagram", token).await;
    assert_eq!(report.verdict, Verdict::Pause);
    assert!(report.reason.starts_with("The access token is no longer valid"), "{}", report.reason);
    for (code, whole_target) in [(613, true), (4, true), (80_006, true), (2, false), (1200, false)] {
        let verdict = refused("facebook", ScriptedAnswer::refused(code, 0, "later")).await.verdict;
        assert_eq!(verdict, Verdict::Retry { after: None, whole_target }, "{code}");
    }
    let gateway = refused("facebook", ScriptedAnswer::Text(502, "<html>")).await;
    assert!(matches!(gateway.verdict, Verdict::Retry { .. }));
    let strange = refused("facebook", ScriptedAnswer::refused(999_999, 0, "new")).await;
    assert!(matches!(strange.verdict, Verdict::Bury(_)) && strange.reason.contains("new"));
}

#[tokio::test]
async fn a_lost_answer_is_not_a_refusal() {
    assert_eq!(refused("instagram", ScriptedAnswer::Reset).await.verdict, Verdict::Unknown);
    assert_eq!(refused("instagram", ScriptedAnswer::Text(200, "<html>")).await.verdict, Verdict::Unknown);
    let (instagram, _) = Fake::nowhere().connectors(false);
    let event = Event::Created(Box::new(text("Hi")));
    let report = send(&instagram, &settings("instagram"), &outgoing(event, None)).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
}

#[tokio::test]
async fn a_request_is_mended_once_for_each_reason() {
    let photo = || Event::Created(Box::new(message(Content::Picture(file("image/png")))));
    let size = || ScriptedAnswer::refused(100, 2_018_109, "(#100) Attachment size exceeds allowable limit");
    let (report, calls) = sent("instagram", vec![size()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Done(_)));
    assert_eq!(calls[1].parameters["message"]["text"], "[Picture: a.bin]\nhttps://parom.example/m/1");
    let (report, calls) = sent("instagram", vec![size(), size()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Bury(_)) && calls.len() == 2);
    // Messenger takes the bytes of what it could not fetch.
    let fetch = || ScriptedAnswer::refused(100, 2_018_008, "(#100) Failed to fetch the file from the url");
    let (report, calls) = sent("facebook", vec![fetch()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Done(_)) && calls.len() == 2);
    assert_eq!(calls[1].file, Some(("a.bin".into(), "image/png".into(), b"bytes".to_vec())));
    assert_eq!(calls[1].parameters["message"]["attachment"], json!({ "type": "image", "payload": {} }));
    assert_eq!(
        (&calls[1].parameters["messaging_type"], calls[1].path.as_str()),
        (&json!("RESPONSE"), "104000000000001/messages")
    );
    let (report, calls) = sent("facebook", vec![fetch(), size()], &outgoing(photo(), None)).await;
    assert!(matches!(report.verdict, Verdict::Done(_)) && calls.len() == 3);
    assert_eq!(calls[2].parameters["message"]["text"], "[Picture: a.bin]\nhttps://parom.example/m/1");
    let long =
        ScriptedAnswer::refused(100, 0, "(#100) Length of param message[text] must be less than or equal to 1000");
    let event = Event::Created(Box::new(text(&"word ".repeat(180))));
    let (_, calls) = sent("instagram", vec![long], &outgoing(event, None)).await;
    assert!(
        calls.len() >= 3
            && calls[1..].iter().all(|call| call.parameters["message"]["text"].as_str().unwrap().len() <= 500)
    );
    let gone = ScriptedAnswer::refused(100, 2_018_300, "(#100) Invalid reply_to");
    let quoting = Event::Created(Box::new(Message { reply_to: quote("mid-5"), ..text("Hi") }));
    let (_, calls) = sent("facebook", vec![gone], &outgoing(quoting, None)).await;
    assert!(calls[0].parameters.contains_key("reply_to") && !calls[1].parameters.contains_key("reply_to"));
}

#[tokio::test]
async fn a_token_appears_in_no_report() {
    let told = ScriptedAnswer::refused(100, 0, "Bad token access_token");
    let report = refused("instagram", told).await;
    assert!(!format!("{report:?}").contains("access_token"));
    assert_eq!(report.rest, Duration::ZERO);
}

/// Whatever a gateway answers in the messenger's place: no message is lost, and no source stopped.
#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    for status in [302, 400, 401, 403, 409, 410, 421, 502] {
        for page in ["<html>", ""] {
            let verdict = refused("instagram", ScriptedAnswer::Text(status, page)).await.verdict;
            assert_eq!(verdict, Verdict::Retry { after: None, whole_target: false }, "{status} {page}");
        }
    }
    for status in [413, 414, 415] {
        for page in ["<html>", ""] {
            let verdict = refused("instagram", ScriptedAnswer::Text(status, page)).await.verdict;
            let Verdict::Bury(failure) = verdict else { panic!("{status} {page}: {verdict:?}") };
            assert_eq!(failure.code.amocrm_code(), 905, "{status} {page}: it is about the request");
        }
    }
}

#[tokio::test]
async fn a_file_is_not_sent_again_because_its_text_was_refused() {
    for kind in ["instagram", "facebook"] {
        let accepted = ScriptedAnswer::Json(200, json!({ "recipient_id": ANNA, "message_id": "m_1" }));
        let fake =
            Fake::start([accepted, ScriptedAnswer::refused(4, 0, "(#4) Application request limit reached")]).await;
        let (instagram, facebook) = fake.connectors(false);
        let meta = if kind == "instagram" { instagram } else { facebook };
        let photo = message(Content::Picture(Media { text: Some("This one".into()), ..file("image/png") }));
        let whole = outgoing(Event::Created(Box::new(photo)), None);
        let send = async |next: &Outgoing| send(&meta, &settings(kind), next).await;
        assert_eq!(tests::attempts(whole, 3, send).await, ["onward", "retry", "done"], "{kind}");
        let calls = fake.calls();
        let said: Vec<_> = calls.iter().map(|call| &call.parameters["message"]["text"]).collect();
        assert_eq!(said, [&json!(null), &json!("This one"), &json!("This one")], "{kind}");
    }
}
