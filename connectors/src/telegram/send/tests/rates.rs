//! Rate limits of chats.

use super::*;

fn to(conversation: &str, seconds: i64) -> Outgoing {
    let outgoing = outgoing(Event::Created(Box::new(message(text("x")))));
    Outgoing {
        conversation_id: conversation.to_owned(),
        now: outgoing.now + chrono::Duration::seconds(seconds),
        ..outgoing
    }
}

fn slow(seconds: u64) -> ScriptedAnswer {
    let parameters = json!({ "retry_after": seconds });
    ScriptedAnswer::Json(
        429,
        json!({ "ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": parameters }),
    )
}

#[tokio::test]
async fn a_chat_pauses_after_a_short_burst() {
    let stage = TestBot::new([]).await;
    let mut rests = Vec::new();
    for _ in 0..4 {
        rests.push(stage.send(to("55", 0)).await.rest.as_millis());
    }
    assert_eq!(rests, [0, 0, 1_000, 2_000]);
    assert_eq!(stage.send(to("56", 0)).await.rest, Duration::ZERO, "each chat has its own");
    assert_eq!(stage.send(to("55", 60)).await.rest, Duration::ZERO);
    for _ in 0..2 {
        stage.send(to("-77", 0)).await;
    }
    assert_eq!(stage.send(to("-77", 0)).await.rest, Duration::from_secs(3), "a group takes twenty a minute");
}

#[tokio::test]
async fn one_chat_that_is_asked_to_wait_waits_alone_and_two_stop_the_bot() {
    let stage = TestBot::new([slow(34), slow(34), slow(34), slow(3)]).await;
    let chat = Verdict::Retry { after: Some(Duration::from_secs(35)), whole_target: false };
    let bot = Verdict::Retry { after: Some(Duration::from_secs(35)), whole_target: true };
    let report = stage.send(to("55", 0)).await;
    assert_eq!((report.verdict, report.status), (chat.clone(), 429));
    assert_eq!(stage.send(to("55", 2)).await.verdict, chat, "the same chat once more");
    assert_eq!(stage.send(to("56", 4)).await.verdict, bot);
    let alone = Verdict::Retry { after: Some(Duration::from_secs(4)), whole_target: false };
    assert_eq!(stage.send(to("57", 20)).await.verdict, alone, "long after");
}
