//! The automatic answer outside of working hours: to whom it goes, once, and when it does not. Frozen clocks begin on a Friday
//! at noon in Moscow.

use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::{Line, World, both, once};
use serde_json::{Value, json};

use crate::messengers::with_bot;

const HOUR: Duration = Duration::from_secs(3600);
const ANSWER: &str = "Hello, anna. We are closed.\nWe answer 23 ноября в 09:00.";

fn hours(more: Value) -> Value {
    let text = "Hello, {name}. We are closed.\nToday is {holiday}.\nWe answer {opens}.";
    let mut hours =
        json!({"time_zone": "Europe/Moscow", "hours": ["mon-fri 09:00-13:00", "mon-fri 14:00-18:00"], "text": text});
    hours.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    hours
}

async fn sets(world: &World, line: &Line, hours: Value) {
    let settings = json!({"webhook_url": world.messenger.url(), "working_hours": hours});
    world.api.patch(&line.path(""), &json!({"settings": settings})).await.is(200);
}

/// A source with working hours; it is seven o'clock on Friday evening.
async fn closed(world: &mut World) -> Line {
    let line = world.line("support").await;
    sets(world, &line, hours(json!({}))).await;
    world.advance(HOUR * 7);
    line
}

async fn a_customer_is_answered_once_until_it_opens_again(world: &mut World) {
    with_bot(world).await;
    let line = world.line("support").await;
    sets(world, &line, hours(json!({}))).await;
    let (anna, boris) = (world.customer(&line, "anna"), world.customer(&line, "boris"));
    anna.writes("During hours").await;
    world.deliver_all().await;
    assert!(world.messenger.texts().is_empty());
    world.advance(HOUR * 7);
    anna.writes("Too late").await;
    boris.writes("Me too").await;
    world.deliver_all().await;
    let mut texts = world.messenger.texts();
    texts.sort();
    assert_eq!(texts, [ANSWER.to_owned(), ANSWER.replace("anna", "boris")]);
    let sent = world.messenger.received().into_iter().find(|one| one.text() == ANSWER).unwrap();
    let message = &sent.body["data"]["message"];
    assert_eq!((&message["sender"]["role"], &message["conversation"]["id"]), (&json!("bot"), &json!("chat-anna")));
    // amoCRM shows it below the message that it answers, as written by the bot.
    let mut came: Vec<_> = world.sandbox.messages(&line.host).into_iter().filter(|one| one.msgid.is_some()).collect();
    came.sort_by_key(|one| one.msec_timestamp);
    let came: Vec<_> = came.iter().map(|one| (one.sender_name.as_str(), one.text.as_str())).collect();
    let place = came.iter().position(|one| *one == ("anna", "Too late")).expect("her message");
    assert!(came[place + 1..].contains(&("Acme", ANSWER)), "{came:?}");
    world.restart().await;
    anna.writes("Still there?").await;
    world.advance(HOUR * 24);
    anna.writes("On Saturday").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 2, "the weekend belongs to the same closed time");
    // Monday, in the break.
    world.advance(HOUR * 42 + HOUR / 2);
    anna.writes("On Monday").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts()[2..], ["Hello, anna. We are closed.\nWe answer через 30 минут."]);
}

async fn a_public_holiday_is_named_and_one_that_is_worked_is_none(world: &mut World) {
    let line = world.line("support").await;
    sets(world, &line, hours(json!({"country": "RU"}))).await;
    let anna = world.customer(&line, "anna");
    // To the 31st of December 2026, a Thursday, and to the 1st of January.
    for (days, text) in [(41, "Today is Перенесённые выходные."), (1, "Today is Новогодние каникулы.")]
    {
        world.advance(HOUR * 24 * days);
        anna.writes("Hello?").await;
        world.deliver_all().await;
        let texts = world.messenger.texts();
        let said = texts.last().expect("an answer");
        assert!(said.contains("We are closed.\nToday is") && !texts[0].contains("Новогодние"), "{texts:?}");
        if days == 41 {
            assert!(said.contains(text) && said.contains("We answer 11 января 2027 г. в 09:00."), "{said}");
        } else {
            assert_eq!(texts.len(), 1, "the same closed time");
        }
    }
    let worked = json!({"country": "RU", "worked_holidays": ["day-off", "new-year-holidays"]});
    sets(world, &line, hours(worked)).await;
    anna.writes("And now?").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 1, "it is open");
}

/// Each of these would be answered if it were an ordinary message.
async fn nothing_is_said_to_groups_about_the_past_or_while_a_manager_answers(world: &mut World) {
    let line = closed(world).await;
    let anna = world.customer(&line, "anna");
    let with = |id: &str, more: Value| {
        let mut body = anna.body(id, id);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let group = json!({"conversation": {"id": "group", "title": "Delivery", "participants": []}});
    let post = json!({"post": {"id": "7", "url": "https://shop.example/7"}});
    for (id, more) in [
        ("group", group),
        ("comment", post),
        ("silent", json!({"silent": true})),
        // In working hours, but late here.
        ("late", json!({"sent_at": "2026-11-20T14:59:00.000Z"})),
    ] {
        anna.posts(&with(id, more)).await.is(202);
    }
    world.deliver_all().await;
    assert!(world.messenger.texts().is_empty(), "{:?}", world.messenger.texts());
    world.manager(&line).answers("anna", "One moment").await;
    world.deliver_all().await;
    anna.writes("Thank you").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["One moment"]);
    world.advance(HOUR);
    anna.writes("Hello?").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["One moment", ANSWER]);
}

async fn a_source_that_sends_nothing_says_nothing(world: &mut World) {
    let line = closed(world).await;
    let anna = world.customer(&line, "anna");
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    for (path, field, name) in [(line.path(""), "paused", "boris"), (tenant, "suspended", "carl")] {
        let before = world.messenger.texts().len();
        world.api.patch(&path, &json!({field: true})).await.is(200);
        anna.writes(field).await;
        world.api.patch(&path, &json!({field: false})).await.is(200);
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().len(), before, "{field}: {:?}", world.messenger.texts());
        world.customer(&line, name).writes("Now?").await;
        // What was held goes on within seconds.
        world.deliver_to_the_end().await;
        assert_eq!(world.messenger.texts()[before..], [ANSWER.replace("anna", name)], "no longer {field}");
    }
}

/// It waited until the shop was open: what is no longer true is not said, and nobody has to look after it.
async fn an_answer_that_waited_too_long_is_left_out(world: &mut World) {
    let line = world.line("support").await;
    sets(world, &line, hours(json!({}))).await;
    world.advance(HOUR + HOUR / 2);
    let anna = world.customer(&line, "anna");
    anna.writes("In the break").await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    world.deliver_all().await;
    world.advance(HOUR);
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
    assert!(world.messenger.taken().is_empty(), "{:?}", world.messenger.texts());
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    let messages = line.path(&format!("/conversations/{}/messages", list.text_at("/items/0/id")));
    let messages = world.api.get(&messages).await.is(200);
    let items = messages.json["items"].as_array().unwrap();
    let answer = items.iter().find(|one| one["direction"] == "to_messenger").unwrap();
    assert_eq!((&answer["status"], &answer["error"]["code"]), (&json!("failed"), &json!("other")), "{answer}");
    assert_eq!(world.api.get(&line.dead_letters()).await.is(200).json["items"], json!([]));
}

/// Whoever stores the messages, and whatever becomes of the commit.
async fn at_once_and_after_a_lost_commit_it_is_sent_once(world: &mut World) {
    let line = closed(world).await;
    let anna = world.customer(&line, "anna");
    // The first ones open the chat.
    join_all(["a", "b", "c", "d", "e", "f"].map(|text| anna.writes(text))).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), [ANSWER]);
    let boris = world.customer(&line, "boris");
    world.app().faults.add("accept.after_commit=error:1").unwrap();
    boris.writes("Hello").await;
    world.restart().await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), [ANSWER.to_owned(), ANSWER.replace("anna", "boris")]);
    world.assert_ledger().await;
}

async fn hours_of_every_kind_are_checked_alike(world: &mut World) {
    let line = world.line("support").await;
    let wrong = json!({"time_zone": "Moscow", "hours": ["always"], "country": "RU", "worked_holidays": ["labor-day"]});
    let settings = json!({"webhook_url": "nonsense", "working_hours": wrong});
    let refused = world.api.patch(&line.path(""), &json!({"settings": settings})).await.is(422);
    let of_hours =
        ["hours/0", "worked_holidays/0", "time_zone"].map(|field| format!("/settings/working_hours/{field}"));
    assert_eq!(refused.wrong_fields(), [&["/settings/webhook_url".to_owned()], &of_hours[..]].concat());
    sets(world, &line, hours(json!({"country": "ru"}))).await;
    let kept = world.api.get(&line.path("")).await.is(200).json["settings"]["working_hours"].clone();
    assert_eq!((&kept["country"], &kept["hours"][1]), (&json!("RU"), &json!("mon-fri 14:00-18:00")));
}

/// The form has the week as a grid; it keeps what it does not show.
async fn an_administrator_sets_the_hours_without_a_script(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let path = format!("/panel/sources/{}/hours", line.source_id);
    let page = owner.opens(&path).await.is(200);
    page.says(&["Working hours", "name=\"from.mon\"", "Kazakhstan"]);
    let version = page.text.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let base = [("version", version.as_str()), ("time_zone", "Europe/Moscow"), ("country", "RU"), ("holidays", "")];
    let wrong = [("day", "mon"), ("from.mon", "09:00"), ("until.mon", ""), ("holidays", "soon"), ("text", "")];
    let refused = owner.sends(&path, &[&base[..3], &wrong[..]].concat()).await.is(422);
    refused.says(&["Monday: enter from when", "value=\"09:00\""]);
    let times = [
        ("day", "mon"),
        ("day", "tue"),
        ("from.mon", "09:00"),
        ("from.mon", "14:00"),
        ("until.mon", "13:00"),
        ("until.mon", "18:00"),
        ("from.tue", "09:00"),
        ("until.tue", "13:00"),
        ("text", "Later"),
    ];
    owner.sends(&path, &[&base[..], &times[..]].concat()).await.is(303);
    let settings = world.api.get(&line.path("")).await.is(200).json["settings"].clone();
    assert_eq!(settings["working_hours"]["hours"], json!(["mon-tue 09:00-13:00", "mon 14:00-18:00"]), "{settings}");
    assert_eq!(settings["webhook_url"], json!(world.messenger.url()));
    owner.opens(&path).await.is(200).says(&["Новогодние каникулы", "Closed now, opens 23 Nov at 09:00"]);
    // Somebody else saved meanwhile: nothing is overwritten, and what was typed is still there.
    let late = owner.sends(&path, &[&base[..], &times[..]].concat()).await.is(409);
    late.says(&["Later"]);
}

both!(at_once_and_after_a_lost_commit_it_is_sent_once, an_answer_that_waited_too_long_is_left_out);
once!(a_customer_is_answered_once_until_it_opens_again, a_public_holiday_is_named_and_one_that_is_worked_is_none);
once!(nothing_is_said_to_groups_about_the_past_or_while_a_manager_answers, a_source_that_sends_nothing_says_nothing);
once!(hours_of_every_kind_are_checked_alike, an_administrator_sets_the_hours_without_a_script);
