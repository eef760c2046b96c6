//! Reviews under the vendor's app: Meta's decisions name the WABA, and reach the accounts whose sources it has.

use parom_tests::settings::HOST;
use parom_tests::{Line, both};
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::whatsapp::{NewPerson, Review, TemplateView};

use super::super::templates::{decided, review, submitted};
use super::{MARIA, Number, OTHER, OTHER_WABA, VendorsWorld, arrives, line, number_of, second_number};

const CONTENT: &str = "Your order is ready at Acme.";

/// A user's template with this external id, submitted to Meta.
async fn requested(world: &VendorsWorld, line: &Line, external_id: &str, content: &str) -> i64 {
    submitted(world, line, external_id, content, &json!({"external_id": external_id})).await
}

fn at_meta(world: &VendorsWorld, number: &Number) -> TemplateView {
    world.messenger.templates(&number.waba).pop().expect("Meta has the template")
}

/// Of one name and language, in two accounts at Meta.
async fn a_decision_reaches_the_account_of_its_waba(world: &mut VendorsWorld) {
    let own = number_of(&world.messenger, &world.app, super::super::WABA, "77010009900");
    let others = number_of(&world.messenger, &world.app, OTHER_WABA, "77010009922");
    let lines = [line(world, HOST, "wa-1", &own).await, line(world, OTHER, "wa-1", &others).await];
    let one = requested(world, &lines[0], "order_ready", CONTENT).await;
    let other = requested(world, &lines[1], "order_ready", "Another text of another company.").await;
    let (here, there) = (at_meta(world, &own), at_meta(world, &others));
    assert!(here.name == there.name && here.id != there.id);
    decided(world, &here, Review::Approve).await;
    assert_eq!((review(world, HOST, one).0.as_str(), review(world, OTHER, other).0.as_str()), ("approved", "review"));
    decided(world, &there, Review::Reject { reason: "SCAM".to_owned(), info: None }).await;
    assert_eq!(review(world, HOST, one), ("approved".to_owned(), String::new()));
    assert_eq!(review(world, OTHER, other), ("rejected".to_owned(), "SCAM".to_owned()));
    decided(world, &here, Review::Pause).await;
    assert_eq!((review(world, HOST, one).0.as_str(), review(world, OTHER, other).0.as_str()), ("paused", "rejected"));
}

/// Two accounts with a number each of one company.
async fn accounts_that_share_a_waba_share_its_templates(world: &mut VendorsWorld) {
    let own = number_of(&world.messenger, &world.app, super::super::WABA, "77010009900");
    let second = second_number(&world.messenger, &own);
    let lines = [line(world, HOST, "wa-1", &own).await, line(world, OTHER, "wa-2", &second).await];
    let one = requested(world, &lines[0], "order_ready", CONTENT).await;
    let other = requested(world, &lines[1], "order_ready", CONTENT).await;
    let alone = requested(world, &lines[1], "offer", "A new offer of Acme.").await;
    assert_eq!(world.messenger.templates(&own.waba).len(), 2, "one text is one template");
    let shared = world.messenger.templates(&own.waba).into_iter().find(|one| one.name == "order_ready").unwrap();
    decided(world, &shared, Review::Approve).await;
    assert_eq!((review(world, HOST, one).0.as_str(), review(world, OTHER, other).0.as_str()), ("approved", "approved"));
    assert_eq!(review(world, OTHER, alone).0, "review");

    let maria = world.messenger.add_person(NewPerson::default());
    for number in [&own, &second] {
        world.messenger.customer(maria, &number.phone).writes("Hello").unwrap();
    }
    arrives(world).await;
    world.advance(std::time::Duration::from_secs(25 * 3_600));
    for (line, number, id) in [(&lines[0], &own, one), (&lines[1], &second, other)] {
        line.manager_sends(world, MARIA, HookMessage::text("").template(id, None, CONTENT, &[])).await;
        arrives(world).await;
        let sent = world.messenger.sent(&number.phone).pop().unwrap();
        assert_eq!((sent.kind.as_str(), sent.error(), sent.text.as_str()), ("template", None, CONTENT));
    }

    // What one account calls its own is not changed by the other, not even by the daily look at all templates of the WABA,
    // which is due before the new one is submitted.
    world.advance(std::time::Duration::from_secs(26 * 3_600));
    let taken = requested(world, &lines[0], "offer", "Another offer of Acme.").await;
    let (status, reason) = review(world, HOST, taken);
    assert!(status == "rejected" && reason.contains("«offer» уже есть другой текст"), "{status}: {reason}");
    assert_eq!(review(world, OTHER, alone).0, "review");
}

both!(a_decision_reaches_the_account_of_its_waba, accounts_that_share_a_waba_share_its_templates);
