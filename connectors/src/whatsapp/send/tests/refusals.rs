//! Meta's refusals: what they mean, and what is sent instead.

use super::*;

fn refused(code: u32) -> Answer {
    fake::refused(code, "refused")
}

fn uploaded(id: &str) -> Answer {
    fake::ok(json!({ "id": id }))
}

#[tokio::test]
async fn a_picture_becomes_a_document_and_then_a_link() {
    let picture = || message(Content::Picture(Media { text: Some("Look".into()), ..kept("a.jpg", "image/jpeg") }));
    // The first upload is remembered; the second try is for a file that Meta dropped.
    let (report, number) = sent(picture(), [uploaded("m1"), refused(131_053)]).await;
    taken(&report);
    let kinds: Vec<Value> = number.posted().into_iter().map(|body| body["type"].clone()).collect();
    assert_eq!(kinds, ["image", "document"]);
    assert_eq!(number.posted()[1]["document"]["caption"], "Look");
    let (report, number) = sent(picture(), [refused(131_053), refused(100)]).await;
    taken(&report);
    let said = number.posted()[0]["text"]["body"].as_str().unwrap().to_owned();
    assert!(said.contains("https://parom.example/media/t/a.jpg") && said.contains("Look"), "{said}");
    let (report, _) = sent(picture(), [refused(131_053), refused(131_053), refused(131_053)]).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
}

#[tokio::test]
async fn a_file_that_meta_dropped_is_uploaded_again() {
    let number = TestNumber::new([]).await;
    let picture = || outgoing(Event::Created(Box::new(message(Content::Picture(kept("a.jpg", "image/jpeg"))))));
    taken(&number.send(picture()).await);
    let again = TestNumber { fake: fake::start([refused(131_009), uploaded("media-2")]).await, ..number };
    let api = {
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        GraphApi::new(&http, &again.fake.base)
    };
    let again = TestNumber { api, ..again };
    taken(&again.send(picture()).await);
    let ids: Vec<Value> = again.posted().into_iter().map(|body| body["image"]["id"].clone()).collect();
    assert_eq!((ids, again.uploads().len()), (vec![json!("media-1"), json!("media-2")], 1));
}

#[tokio::test]
async fn a_message_refused_for_its_quote_is_sent_without_it() {
    let quoted = Message {
        reply_to: Some(Quote { external_id: Some("wamid.7".into()), ..Quote::default() }),
        ..message(text("x"))
    };
    let (report, number) = sent(quoted.clone(), [refused(131_009)]).await;
    taken(&report);
    let contexts: Vec<bool> = number.posted().iter().map(|body| body.get("context").is_some()).collect();
    assert_eq!(contexts, [true, false]);
    let (report, number) = sent(quoted, [refused(131_009), refused(131_009)]).await;
    assert_eq!((failure(&report).0, number.posted().len()), (FailureCode::Rejected, 2));
    let (report, number) = sent(message(text("x")), [refused(131_009)]).await;
    assert_eq!(
        (failure(&report).0, number.posted().len()),
        (FailureCode::Rejected, 1),
        "without a quote nothing can be changed"
    );
}

#[tokio::test]
async fn accepted_parts_are_not_sent_again() {
    let voice = Content::Voice(Media { text: Some("Listen".into()), ..kept("a.ogg", "audio/ogg") });
    let quoted =
        Message { reply_to: Some(Quote { external_id: Some("wamid.7".into()), ..Quote::default() }), ..message(voice) };
    let ok = fake::ok(json!({ "messages": [{ "id": "wamid.1" }] }));
    let (report, number) = sent(quoted, [uploaded("m1"), ok, refused(131_053)]).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
    let kinds: Vec<Value> = number.posted().into_iter().map(|body| body["type"].clone()).collect();
    assert_eq!(kinds, ["audio", "text"]);
}

#[tokio::test]
async fn a_header_that_meta_refuses_becomes_a_link_above_its_buttons() {
    let markup = Some(Markup::Buttons(vec![vec![Button { text: "Yes".into(), url: None }]]));
    let picture = Content::Picture(Media { text: Some("This one?".into()), ..kept("a.jpg", "image/jpeg") });
    let (report, number) = sent(Message { markup, ..message(picture) }, [refused(131_053), refused(131_053)]).await;
    taken(&report);
    let posted = number.posted();
    assert!(posted[0]["text"]["body"].as_str().unwrap().contains("https://parom.example/media/t/a.jpg"));
    assert_eq!(
        (posted[1]["interactive"].get("header"), &posted[1]["interactive"]["body"]["text"]),
        (None, &json!("This one?"))
    );
}

async fn report(answer: Answer) -> Report {
    sent(message(text("x")), [answer]).await.0
}

#[tokio::test]
async fn every_row_of_the_catalog_is_acted_upon() {
    // The first of its range, as an answer to a text without anything that could be changed.
    for row in WHATSAPP.rows.iter().filter(|row| !["w62", "w63"].contains(&row.id)) {
        let code = *row.codes.start();
        let report = report(fake::refused(code, "refused")).await;
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
    let limited = report(Answer::Json(400, sample("api_error_131056"))).await;
    assert_eq!(limited.verdict, Verdict::Retry { after: Some(Duration::from_secs(6)), whole_target: false });
    let ended = report(Answer::Json(401, sample("api_error_190"))).await;
    assert_eq!(
        (ended.verdict, ended.reason.as_str()),
        (Verdict::Pause, "WhatsApp does not accept the access token: it is wrong or has expired. Enter a new one.")
    );
    let needs_phone = report(Answer::Json(400, sample("api_error_131062"))).await;
    assert!(failure(&needs_phone).1.contains("phone"));
    for accepted in ["api_send_ok", "api_send_template_ok"] {
        let report = report(fake::ok(sample(accepted))).await;
        assert_eq!(taken(&report).external_id.as_deref(), Some("wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDEwAA=="));
    }
}

#[tokio::test]
async fn gateway_errors_and_missing_answers_are_distinguished() {
    let retry = Verdict::Retry { after: None, whole_target: false };
    assert_eq!(report(Answer::Text(502, "<html>")).await.verdict, retry);
    assert_eq!(report(Answer::Text(429, "")).await.verdict, Verdict::Retry { after: None, whole_target: true });
    assert_eq!(report(Answer::Text(401, "")).await.verdict, retry);
    assert_eq!(report(Answer::Reset).await.verdict, Verdict::Unknown);
    assert_eq!(report(Answer::Text(200, "<html>")).await.verdict, Verdict::Unknown);
    assert_eq!(failure(&report(fake::refused(131_999, "new")).await).0, FailureCode::Rejected);
}

#[tokio::test]
async fn an_upload_without_an_answer_is_no_message_without_one() {
    let (report, _) = sent(message(Content::Picture(kept("a.jpg", "image/jpeg"))), [Answer::Reset]).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
}

#[tokio::test]
async fn a_chat_over_its_rate_waits_alone_and_longer_each_time() {
    let number = TestNumber::new(vec![fake::refused(131_056, "pair rate limit hit"); 4]).await;
    let mut waits = Vec::new();
    for _ in 0..4 {
        match number.send(outgoing(Event::Created(Box::new(message(text("x")))))).await.verdict {
            Verdict::Retry { after: Some(after), whole_target: false } => waits.push(after.as_secs()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(waits, [6, 24, 96, 96]);
    taken(&number.send(outgoing(Event::Created(Box::new(message(text("x")))))).await);
    let other = TestNumber { fake: fake::start([]).await, ..number };
    drop(other);
    let whole = report(fake::refused(130_429, "Rate limit hit")).await;
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
            let accepted = fake::ok(json!({ "messages": [{ "id": "wamid.1" }] }));
            let refused = || fake::refused(code, "later");
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
    tests::gateway_pages(&[404], async |answer| report(answer).await).await;
}

#[tokio::test]
async fn a_part_is_not_sent_again_because_the_next_was_refused() {
    let accepted = |id: &str| Answer::Json(200, json!({ "messages": [{ "id": id }] }));
    let voice = Media { text: Some("Listen".into()), ..kept("a.ogg", "audio/ogg") };
    let asked = Quote { content: Some(text("Price?")), ..Quote::default() };
    for (failed, outcome) in [(fake::refused(131_056, "slow"), "retry"), (Answer::Reset, "unknown")] {
        let upload = Answer::Json(200, json!({ "id": "media-1" }));
        let number = TestNumber::new([accepted("wamid.1"), upload, accepted("wamid.2"), failed]).await;
        let quoting = Message { reply_to: Some(asked.clone()), ..message(Content::Voice(voice.clone())) };
        let send = async |next: &Outgoing| send(&number.api, &number.memory, &number.settings, next).await;
        let outcomes = tests::attempts(outgoing(Event::Created(Box::new(quoting))), 4, send).await;
        assert_eq!(outcomes, ["onward", "onward", outcome, "done"]);
        let kinds: Vec<_> = number.posted().into_iter().map(|body| body["type"].clone()).collect();
        assert_eq!(kinds, ["text", "audio", "text", "text"], "the words that were quoted, the voice, its text");
    }
}
