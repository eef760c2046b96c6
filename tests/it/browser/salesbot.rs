//! The Salesbot's steps of the widget in the designer of the local amoCRM: what they show there, what they write, and what a bot
//! made of that does.

use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::json;

use super::{crm_page, enters, installed, looks_right, run};

async fn opens_designer(browser: &Browser, world: &parom_tests::World) {
    browser.goto(&crm_page(world, "bots")).await;
    browser.find("#host[data-state=ready]").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_of_the_designer_asks_and_takes_the_exit_of_the_answer() {
    let Some(browser) = Browser::open("en").await else { return };
    let (world, tenant_id) = installed().await;
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    let waiting = world.until("an incoming lead", async || world.sandbox.incoming_leads(HOST).pop()).await;
    assert!(world.sandbox.accept_lead(HOST, &waiting.uid));

    opens_designer(&browser, &world).await;
    let exits = "return [...document.querySelectorAll('[data-step]')].map(step => \
                 [step.dataset.step, ...[...step.querySelectorAll('.exits li')].map(one => one.textContent)])";
    let wanted = json!([
        ["ask", "The customer answered", "No answer in time", "Not sent"],
        ["template", "Sent", "Not sent"],
        ["window", "Free messages are allowed", "Only a template may be sent", "There is no chat"],
    ]);
    assert_eq!(run(&browser, exits).await, wanted);
    looks_right(&browser, "en/salesbot").await;
    browser.fill("#ask-text", "{{contact.name}}, which day suits you?").await;
    browser.fill("#ask-buttons", "Today; Tomorrow").await;
    browser.press("[data-step=ask] button").await;
    let asked = async || world.messenger.texts().pop();
    assert_eq!(world.until("the question", asked).await, "anna, which day suits you?");
    let question = world.messenger.received().pop().expect("the question").body["data"]["message"]["id"].clone();
    enters(&browser, &world, tenant_id).await;
    browser.goto(&format!("{}/panel/messages/{}", world.api.base(), question.as_str().expect("an id"))).await;
    browser.says("A Salesbot of amoCRM sent it").await;
    browser.says("It waits for the customer’s answer until").await;
    browser.shot_whole("salesbot-question", 1000).await;
    anna.writes("Tomorrow").await;
    let went = async |nth: usize| world.sandbox.bots(HOST).into_iter().nth(nth).filter(|bot| !bot.waits);
    let bot = world.until("the bot goes on", async || went(0).await).await;
    assert_eq!((bot.exit.as_deref(), &bot.told["button"]), (Some("answered"), &json!(2)));
    opens_designer(&browser, &world).await;
    browser.find("[data-exit=answered]").await;
    browser.press("[data-step=window] button").await;
    let bot = world.until("the next bot goes on", async || went(1).await).await;
    assert_eq!(bot.exit.as_deref(), Some("within"));
    opens_designer(&browser, &world).await;
    browser.shot_whole("salesbot", 1280).await;
    browser.close().await;
    world.close().await;
}
