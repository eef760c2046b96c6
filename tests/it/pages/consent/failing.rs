//! Steps behind Meta's page that are refused: each says why and one thing to do, and can be repeated.

use parom_tests::settings::HOST;
use parom_tests::{Beside, Place, Visitor, state_of};
use simulator::whatsapp::{Fault, NewApp, NewPhone, WhatsApp};

use super::{META, WABA, agrees, olga, refused, with_meta, world};

const LINE: &str = "/panel/sources/new/whatsapp/line";

/// On the page that offers the number.
async fn offered(world: &Beside<WhatsApp>, visitor: &Visitor) {
    let back = agrees(world, visitor).await;
    visitor.goes(&back).await.is(200).says(&["What would you like to connect?"]);
}

fn refuses(code: i64, message: &str) -> Fault {
    Fault::refuse(400, code, message)
}

#[tokio::test]
async fn a_code_that_was_used_is_asked_for_again() {
    let (world, tenant_id) = with_meta().await;
    let visitor = olga(&world, tenant_id).await;
    let first = agrees(&world, &visitor).await;
    visitor.goes(&first).await.is(200);
    let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let second = agrees(&world, &visitor).await;
    let used = second.replace(&code(&second), &code(&first));
    assert_ne!(state_of(&format!("http://parom.example{first}")), state_of(&format!("http://parom.example{used}")));
    let page = refused(&visitor, &used, "WhatsApp Business did not confirm the access.").await;
    page.says(&["Nothing was connected. Press the button again.", "works once", "Connect with Facebook"]);
    offered(&world, &visitor).await;
    world.close().await;
}

#[tokio::test]
async fn a_server_that_meta_does_not_know_is_a_matter_of_its_vendor() {
    let (world, tenant_id) = with_meta().await;
    let visitor = olga(&world, tenant_id).await;
    let back = agrees(&world, &visitor).await;
    world.messenger.faults().next("access_token", 1, refuses(1, "Error validating client secret."));
    refused(&visitor, &back, "Meta refused this server’s own access. Tell the people who run it").await;
    world.close().await;
}

#[tokio::test]
async fn a_refused_subscription_says_what_to_give_and_can_be_repeated() {
    let (world, tenant_id) = with_meta().await;
    let visitor = olga(&world, tenant_id).await;
    offered(&world, &visitor).await;
    world.messenger.faults().next("subscribed_apps", 1, refuses(200, "(#200) Permissions error"));
    let page = visitor.sends(LINE, &[]).await.is(422);
    page.says(&[
        "It is not connected yet.",
        "Permissions error. Give Parom full control of the account in Meta’s window",
    ]);
    page.never_says(&["EAAB"]);
    assert!(world.messenger.calls_of("register").is_empty() && world.sandbox.sources(HOST).is_empty());
    visitor.does(LINE, &[]).await.says(&["Step 3 of 4"]);
    assert_eq!(world.messenger.subscribed(WABA), [NewApp::default().id]);
    world.close().await;
}

/// Of a number with a PIN of its own that is asked for; after five wrong guesses Meta takes none for a while.
#[tokio::test]
async fn a_registered_number_takes_its_own_pin_only() {
    let (world, tenant_id) = with_meta().await;
    let visitor = olga(&world, tenant_id).await;
    world.messenger.set_pin(&NewPhone::of(WABA).id, "424242");
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[("set.pin", "42")]).await.is(422).says(&["A PIN has six digits."]);
    for guess in ["000001", "000002", "000003", "000004", "000005"] {
        let page = visitor.sends(LINE, &[("set.pin", guess)]).await.is(422);
        page.says(&["the number has its own PIN. Enter it, or turn two-step verification off in WhatsApp Manager"]);
    }
    visitor.sends(LINE, &[("set.pin", "424242")]).await.is(422).says(&["Too many PIN tries. Wait and try again."]);
    assert!(world.sandbox.sources(HOST).is_empty());
    world.close().await;
    let (world, tenant_id) = with_meta().await;
    let visitor = olga(&world, tenant_id).await;
    world.messenger.set_pin(&NewPhone::of(WABA).id, "424242");
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[]).await.is(422).says(&["It is not connected yet.", "the number has its own PIN"]);
    visitor.does(LINE, &[("set.pin", "424242")]).await.says(&["Step 3 of 4"]);
    world.close().await;
}

#[tokio::test]
async fn a_number_that_cannot_be_registered_says_what_to_do() {
    let (world, tenant_id) = world::<WhatsApp>().await;
    world.messenger.add_app(NewApp::default());
    world.messenger.add_waba(WABA, "Acme");
    let phone = world.messenger.add_phone(NewPhone { is_registered: false, ..NewPhone::of(WABA) });
    let visitor = olga(&world, tenant_id).await;
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[]).await.is(422).says(&["The number must be verified again by a code."]);
    world.messenger.verify(&phone);
    for (code, message, said) in [
        (133_015, "Please wait", "The number was just deleted. Try again in minutes."),
        (133_016, "Too many", "Too many registrations. Try again in 72 hours."),
        (
            100,
            "Invalid parameter",
            "Meta did not register the number: Invalid parameter. Check the number in WhatsApp Manager",
        ),
    ] {
        world.messenger.faults().next("register", 1, refuses(code, message));
        visitor.sends(LINE, &[]).await.is(422).says(&["It is not connected yet.", said]);
    }
    visitor.does(LINE, &[]).await.says(&["Step 3 of 4"]);
    let made = visitor.does(&format!("{META}/routing"), &[("name", "Acme"), ("pipeline", "")]).await;
    made.says(&["Step 4 of 4"]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    world.close().await;
}
