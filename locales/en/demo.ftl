## The page of `parom demo` with the simulated messengers

demo-title = Messengers to connect
demo-about = Each of them runs on this machine and behaves like the real messenger. Nothing on this page is secret.
demo-step-wizard = Open the integration’s settings, press “Add source” and choose a messenger.
demo-step-link = Marketplace
demo-step-copy = From this page, copy what the wizard asks for. Leave everything else as it is.
demo-step-write = Write from the customer’s phone and answer in the manager’s window.
demo-manager = Manager’s window
demo-phone = Customer’s phone
demo-phone-connected = Customer of the connected bot
demo-break = Break something
demo-nothing-leaves = Nothing leaves this machine.
