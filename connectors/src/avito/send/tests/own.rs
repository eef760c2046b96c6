//! Our own messages in the webhook.

use super::*;
use crate::avito::wire::Id;
use crate::incoming::InboundEvent;

/// A webhook's post about a message of the seller's.
fn own_post(id: &str, said: &str) -> String {
    let mut post = fixture("hook_own_text");
    post["payload"]["value"]["id"] = json!(id);
    post["payload"]["value"]["content"]["text"] = json!(said);
    post.to_string()
}

async fn received(avito: &Avito, post: &str) -> InboundEvent {
    let call = crate::incoming::IncomingCall { header: &|_| None, path_secret: "s3cr3t", body: post.as_bytes() };
    avito.receive(&settings(), &call, Words::new(Language::En)).await.unwrap().remove(0)
}

#[tokio::test]
async fn our_own_messages_are_recognised_in_the_webhook() {
    let fake = Fake::start().await;
    let avito = fake.avito();
    external_id(&avito.send(&settings(), &outgoing(text("привет"))).await);
    let own = InboundEvent::Nothing("own_send");
    let id = "bdcc5bac2d00345f1cc66fa657813958";
    assert_eq!(received(&avito, &own_post(id, "changed by Avito")).await, own);
    assert_eq!(received(&avito, &own_post(id, "привет")).await, own, "however often it comes");
    let other = received(&avito, &own_post("other", "привет")).await;
    assert!(matches!(other, InboundEvent::Wrote(_)), "the same words, written in the application: {other:?}");
    external_id(&avito.send(&settings(), &outgoing(picture("image/png", 7))).await);
    assert_eq!(received(&avito, &own_post("bdcc5bac2d00345f1cc66fa657813959", "")).await, own);
}

#[tokio::test]
async fn a_message_without_an_answer_counts_as_sent_if_the_webhook_reports_it() {
    let fake = Fake::start().await;
    let avito = fake.avito();
    fake.next_cut("/messages");
    let report = avito.send(&settings(), &outgoing(text("два  слова"))).await;
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(matches!(received(&avito, &own_post("a", "другое")).await, InboundEvent::Wrote(_)));
    let InboundEvent::Status(status) = received(&avito, &own_post("b", "два слова\n")).await else { panic!() };
    assert_eq!((status.letter_id, status.message.as_str()), (Some(Uuid::from_u128(9)), "b"));
    assert_eq!((status.state, status.at), (State::Delivered, Some(1_795_168_799_000)));
    assert_eq!(received(&avito, &own_post("b", "два слова")).await, InboundEvent::Nothing("own_send"));
    assert!(matches!(received(&avito, &own_post("c", "два слова")).await, InboundEvent::Wrote(_)));
}

#[tokio::test]
async fn a_post_may_come_before_the_answer() {
    let fake = Fake::start().await;
    let avito = fake.avito();
    let settings = settings();
    let account = Account::of(&settings).unwrap();
    for (outcome, wanted) in [
        (Outcome::Unknown, Some("x-unknown")),
        (Outcome::Taken(id("x-taken")), Some("x-taken")),
        (Outcome::NotTaken, None),
    ] {
        let flight = avito.sends.begin(&account, &outgoing(text("да")), Said::text("да"));
        let name = wanted.unwrap_or("x-not");
        assert_eq!(received(&avito, &own_post(name, "да")).await, InboundEvent::Nothing("own_send"));
        assert_eq!(avito.sends.end(flight, outcome).await.map(|id| id.to_string()).as_deref(), wanted);
    }
}

fn id(text: &str) -> Id {
    serde_json::from_value(json!(text)).unwrap()
}
