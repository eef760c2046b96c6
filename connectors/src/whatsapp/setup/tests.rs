use secrecy::ExposeSecret;
use serde_json::json;

use super::*;

fn typed() -> Value {
    json!({ "phone_number_id": " 330022334455667", "waba_id": "220011223344556",
            "access_token": "EAAB-token ", "app_secret": "0123abcd", "verify_token": "v-1" })
}

#[test]
fn settings_have_defaults_and_credentials_are_sealed() {
    let setup = setup(typed()).unwrap();
    let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556",
                         "mark_read": true, "sign_with_manager_name": false });
    assert_eq!(setup.public, public);
    assert_eq!(setup.secrets[TOKEN].expose_secret(), "EAAB-token");
    assert_eq!(setup.secrets.len(), 3);
}

#[test]
fn omitted_credentials_stay_and_wrong_ones_are_named() {
    let mut kept = typed();
    kept["access_token"] = json!("…oken");
    kept["app_secret"] = json!("");
    kept.as_object_mut().unwrap().remove("verify_token");
    assert!(super::setup(kept).unwrap().secrets.is_empty());
    for (field, wrong) in
        [("phone_number_id", "+7 701"), ("phone_number_id", ""), ("waba_id", "../me"), ("access_token", "два")]
    {
        let mut typed = typed();
        typed[field] = json!(wrong);
        let errors = super::setup(typed).unwrap_err();
        assert_eq!(errors[0].pointer, format!("/settings/{field}"));
    }
    assert!(super::setup(json!({ "phone_number": "1" })).is_err(), "a misspelt setting is noticed");
}

#[test]
fn a_number_is_read_from_its_settings() {
    let mut public = setup(typed()).unwrap().public;
    public["facts"] = json!({ "bot": { "display_phone_number": "+7 701 000-99-00", "verified_name": "Acme" } });
    let settings = Settings { public, secrets: BTreeMap::new() };
    let number = SourceNumber::of(&settings).unwrap();
    assert_eq!((number.display_phone().as_deref(), number.verified_name()), (Some("77010009900"), Some("Acme")));
    assert!(matches!(token(&settings), Err(Denied::Access(_))));
    assert!(SourceNumber::of(&Settings { public: json!({}), secrets: BTreeMap::new() }).is_none());
}
