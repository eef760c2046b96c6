//! What refusals and missing answers mean, and how long to wait.

use base::message::Quote;

use super::*;
use crate::error_catalog::{RefusalClass, WHATSAPP};

async fn report(answer: ScriptedAnswer) -> Report {
    sent(message(text("x")), [answer]).await.0
}

#[tokio::test]
async fn every_row_of_the_catalog_is_acted_upon() {
    // The first of its range, as an answer to a text without anything that could be changed.
    for row in WHATSAPP.rows.iter().filter(|row| !["w62", "w63"].contains(&row.id)) {
        let code = *row.codes.start();
        let report = report(ScriptedAnswer::refused(code, "refused")).await;
        let name = format!("{} {code}", row.id);
        match (row.class, &report.verdict) {
            (RefusalClass::Permanent | RefusalClass::Resend(_), Verdict::Bury(failure)) => {
                assert_eq!(failure.text, row.failure(Words::new(Language::En)).text, "{name}");
            }
            (RefusalClass::Transient, Verdict::Retry { .. })
            | (RefusalClass::Pause, Verdict::Pause)
            | (RefusalClass::Done, Verdict::Done(_)) => {}
            (class, verdict) => panic!("{name}: {class:?} {verdict:?}"),
        }
        assert_eq!(
            WHATSAPP.of_answer(report.status, &report.answer).map(|row| row.id),
            Some(row.id),
            "{name}: found again by its answer"
        );
    }
}

#[tokio::test]
async fn sample_answers_mean_what_the_documents_say() {
    let sample = |name: &str| {
        let path = format!("{}/../tests/fixtures/whatsapp/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let limited = report(ScriptedAnswer::Json(400, sample("api_error_131056"))).await;
    assert_eq!(limited.verdict, Verdict::Retry { after: Some(Duration::from_secs(6)), whole_target: false });
    let ended = report(ScriptedAnswer::Json(401, sample("api_error_190"))).await;
    assert_eq!(
        (ended.verdict, ended.reason.as_str()),
        (Verdict::Pause, "WhatsApp does not accept the access token: it is wrong or has expired. Enter a new one.")
    );
    let needs_phone = report(ScriptedAnswer::Json(400, sample("api_error_131062"))).await;
    assert!(failure(&needs_phone).1.contains("phone"));
    for accepted in ["api_send_ok", "api_send_template_ok"] {
        let report = report(ScriptedAnswer::ok(sample(accepted))).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some("wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDEwAA=="));
    }
}

#[tokio::test]
async fn gateway_errors_and_missing_answers_are_distinguished() {
    let retry = Verdict::Retry { after: None, whole_target: false };
    assert_eq!(report(ScriptedAnswer::Text(502, "<html>")).await.verdict, retry);
    assert_eq!(report(ScriptedAnswer::Text(429, "")).await.verdict, Verdict::Retry { after: None, whole_target: true });
    assert_eq!(report(ScriptedAnswer::Text(401, "")).await.verdict, retry);
    assert_eq!(report(ScriptedAnswer::Reset).await.verdict, Verdict::Unknown);
    assert_eq!(report(ScriptedAnswer::Text(200, "<html>")).await.verdict, Verdict::Unknown);
    assert_eq!(failure(&report(ScriptedAnswer::refused(131_999, "new")).await).0, FailureCode::Rejected);
}

#[tokio::test]
async fn an_upload_without_an_answer_is_no_message_without_one() {
    let (report, _) = sent(message(Content::Picture(kept("a.jpg", "image/jpeg"))), [ScriptedAnswer::Reset]).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
}

#[tokio::test]
async fn a_chat_over_its_rate_waits_alone_and_longer_each_time() {
    let number = TestNumber::new(vec![ScriptedAnswer::refused(131_056, "pair rate limit hit"); 4]).await;
    let mut waits = Vec::new();
    for _ in 0..4 {
        match number.send(outgoing(Event::Created(Box::new(message(text("x")))))).await.verdict {
            Verdict::Retry { after: Some(after), whole_target: false } => waits.push(after.as_secs()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(waits, [6, 24, 96, 96]);
    taken(&number.send(outgoing(Event::Created(Box::new(message(text("x")))))).await);
    let other = TestNumber { fake: Fake::start([]).await, ..number };
    drop(other);
    let whole = report(ScriptedAnswer::refused(130_429, "Rate limit hit")).await;
    let after = Some(Duration::from_secs(5));
    assert_eq!(whole.verdict, Verdict::Retry { after, whole_target: true }, "the number's own limit");
}

#[tokio::test]
async fn waits_after_limits_and_trouble_grow() {
    let (limits, trouble) = ([5, 10, 20, 40, 80, 160, 300, 300], [3, 10, 30, 60, 120, 240, 240, 240]);
    let letter = || outgoing(Event::Created(Box::new(message(text("x")))));
    for (codes, whole_target, waits) in [
        (vec![130_429, 80_007, 4], true, limits),
        (vec![131_016, 131_000, 1, 2, 133_004], false, trouble),
        (vec![131_057], true, trouble),
    ] {
        for code in codes {
            let accepted = ScriptedAnswer::ok(json!({ "messages": [{ "id": "wamid.1" }] }));
            let refused = || ScriptedAnswer::refused(code, "later");
            let mut answers = vec![refused(); 16];
            answers.extend([accepted, refused()]);
            let number = TestNumber::new(answers).await;
            let mut letter = letter();
            for wait in waits {
                let wait = Duration::from_secs(wait);
                let verdict = Verdict::Retry { after: Some(wait), whole_target };
                for _ in 0..2 {
                    assert_eq!(number.send(letter.clone()).await.verdict, verdict, "{code}: once for each wait");
                }
                letter.now += wait;
            }
            taken(&number.send(letter.clone()).await);
            let first = Verdict::Retry { after: Some(Duration::from_secs(waits[0])), whole_target };
            assert_eq!(number.send(letter).await.verdict, first, "{code}: a success ends it");
        }
    }
}

#[tokio::test]
async fn a_burst_to_one_person_is_earned_back() {
    let number = TestNumber::new([]).await;
    let mut rests = Vec::new();
    for _ in 0..22 {
        rests.push(number.send(outgoing(Event::Created(Box::new(message(text("x")))))).await.rest.as_secs());
    }
    assert_eq!(rests.iter().filter(|rest| **rest == 0).count(), 19);
    assert_eq!(rests[19..], [6, 12, 18]);
    let other =
        Outgoing { conversation_id: "77019998877".into(), ..outgoing(Event::Created(Box::new(message(text("x"))))) };
    assert_eq!(number.send(other).await.rest, Duration::ZERO, "others do not wait");
}

#[tokio::test]
async fn without_a_token_the_source_waits() {
    let number = TestNumber::new([]).await;
    let settings = Settings { secrets: BTreeMap::new(), ..number.settings.clone() };
    let report =
        send(&number.api, &number.memory, &settings, &outgoing(Event::Created(Box::new(message(text("x")))))).await;
    assert_eq!(report.verdict, Verdict::Pause);
    assert!(number.fake.calls().is_empty());
}

/// Whatever a gateway answers in the messenger's place: no message is lost, and no source stopped.
#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    for status in [302, 400, 401, 403, 404, 409, 410, 421, 502] {
        for page in ["<html>", ""] {
            let verdict = report(ScriptedAnswer::Text(status, page)).await.verdict;
            assert_eq!(verdict, Verdict::Retry { after: None, whole_target: false }, "{status} {page}");
        }
    }
    for status in [413, 414, 415] {
        for page in ["<html>", ""] {
            let report = report(ScriptedAnswer::Text(status, page)).await;
            assert_eq!(failure(&report).0.amocrm_code(), 905, "{status} {page}: it is about the request");
        }
    }
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let accepted = |id: &str| ScriptedAnswer::Json(200, json!({ "messages": [{ "id": id }] }));
    let voice = Media { text: Some("Listen".into()), ..kept("a.ogg", "audio/ogg") };
    let asked = Quote { content: Some(text("Price?")), ..Quote::default() };
    for (failed, outcome) in [(ScriptedAnswer::refused(131_056, "slow"), "retry"), (ScriptedAnswer::Reset, "unknown")] {
        let upload = ScriptedAnswer::Json(200, json!({ "id": "media-1" }));
        let number = TestNumber::new([accepted("wamid.1"), upload, accepted("wamid.2"), failed]).await;
        let quoting = Message { reply_to: Some(asked.clone()), ..message(Content::Voice(voice.clone())) };
        let send = async |next: &Outgoing| send(&number.api, &number.memory, &number.settings, next).await;
        let outcomes = tests::attempts(outgoing(Event::Created(Box::new(quoting))), 4, send).await;
        assert_eq!(outcomes, ["onward", "onward", outcome, "done"]);
        let kinds: Vec<_> = number.posted().into_iter().map(|body| body["type"].clone()).collect();
        assert_eq!(kinds, ["text", "audio", "text", "text"], "the words that were quoted, the voice, its text");
    }
}
