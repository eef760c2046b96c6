mod report;
mod rules;
mod secrets;
mod values;

use std::sync::Arc;

use super::{Config, ConfigError, Sources};
use crate::config::{Integration, Integrations};

const CHANNEL_ID: &str = "344a5002-f8ca-454d-af3d-396180102ac7";

/// A minimal configuration with one integration and one channel; `integration` and `channel` are added to their blocks.
fn short(integration: &str, channel: &str) -> String {
    format!(
        "[[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"cid\"\nclient_secret = \"cs\"\n{integration}\n\
         [[integration.channel]]\nid = \"{CHANNEL_ID}\"\ncode = \"amo.ext.1\"\nsecret = \"s\"\n{channel}\n"
    )
}

fn with_environment(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    sources(text, variables).config()
}

fn sources(text: &str, variables: &[(&str, &str)]) -> Sources {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { environment, ..Sources::of_text("parom.toml", text) }
}

fn refusal(text: &str) -> String {
    Config::from_toml(text).unwrap_err().to_string()
}

const OTHER_ID: &str = "344a5003-f8ca-454d-af3d-396180102ac7";

fn block(name: &str, client_id: &str, channel: &str) -> String {
    let block =
        short("", "").replace("\"main\"", &format!("\"{name}\"")).replace("\"cid\"", &format!("\"{client_id}\""));
    block.replace(CHANNEL_ID, channel)
}

fn stored(text: &str) -> Arc<Integration> {
    Arc::new(Integration::from_toml(text, None).unwrap())
}

fn names(all: &Integrations) -> Vec<String> {
    all.all().iter().map(|one| one.name.clone()).collect()
}

#[test]
fn the_file_comes_before_what_is_stored() {
    let all = Integrations::new(&Config::from_toml(&short("", "")).unwrap());
    let second = block("second", "cid-2", OTHER_ID);
    assert!(all.replace([stored(&second)]).is_empty());
    assert_eq!(names(&all), ["main", "second"]);
    assert_eq!(all.by_client_id("cid-2").unwrap().name, "second");
    let (integration, channel) = all.channel(OTHER_ID).unwrap();
    assert_eq!((integration.name.as_str(), channel.id.as_str()), ("second", OTHER_ID));
    assert_eq!(all.channel_by_uuid(CHANNEL_ID.parse().unwrap()).unwrap().0.name, "main");
    // What was found stays as it was.
    let held = all.named("second").unwrap();
    assert!(all.replace([]).is_empty());
    assert!(all.named("second").is_none() && held.client_id == "cid-2");
    for (taken, why) in [
        (block("main", "cid-2", OTHER_ID), "name"),
        (block("second", "cid", OTHER_ID), "client_id"),
        (block("second", "cid-2", &CHANNEL_ID.to_uppercase()), "channel"),
    ] {
        let left_out = all.replace([stored(&taken)]);
        assert_eq!((left_out.len(), names(&all)), (1, vec!["main".to_owned()]), "{why}");
    }
    assert!(all.is_in_file("main") && !all.is_in_file("second"));
}

#[test]
fn a_text_with_one_integration_is_checked_as_the_file_is() {
    let refused = |text: &str| Integration::from_toml(text, Some(&[])).unwrap_err().to_string();
    let good = short("", "");
    let one = Integration::from_toml(&good, Some(&[])).unwrap();
    assert_eq!((one.name.as_str(), one.channels.len(), one.paused), ("main", 1, false));
    assert!(refused(&good.replace("client_id", "cilent_id")).starts_with("unknown key integration[0].cilent_id"));
    assert_eq!(
        refused(&format!("[server]\nlisten = \"x\"\n{good}")),
        "server: does not belong here, only [[integration]] does"
    );
    assert!(refused("").contains("[[integration]]"));
    assert!(refused(&format!("{good}{}", block("second", "cid-2", OTHER_ID))).contains("once"));
    assert!(refused(&good.replace("\"cs\"", "\"\"")).starts_with("integration[0].client_secret: is empty"));
    let planned = short("", "allowed_plans = [\"pro\"]");
    assert!(refused(&planned).starts_with("integration[0].channel[0].allowed_plans[0]: is not the name"));
    assert!(Config::from_toml(&planned).unwrap_err().to_string().contains("allowed_plans[0]"));
    assert!(Config::from_toml(&format!("{planned}\n[[plan]]\nname = \"pro\"\n")).is_ok());
    assert!(Integration::from_toml(&planned, None).is_ok(), "a plan may be gone");
}

#[test]
fn a_channel_admits_all_listed_accounts_or_plans() {
    let admits = |rule: &str, account: &str, plan: Option<&str>| {
        Integration::from_toml(&short("", rule), None).unwrap().channels[0].admits(account, plan)
    };
    assert!(admits("", "1", None));
    let both = "allowed_accounts = [\"1\"]\nallowed_plans = [\"pro\"]";
    assert!(admits(both, "1", None) && admits(both, "2", Some("pro")));
    assert!(!admits(both, "2", None) && !admits(both, "2", Some("start")));
    assert!(admits(&format!("public = true\n{both}"), "2", None));
}
