## The page of `parom demo` with the simulated messengers

demo-title = Messengers to connect
demo-about = Each one runs on this machine and behaves like the real one. Nothing here is secret.
demo-step-wizard = Open the settings of the integration, then “Add source”, and choose a messenger.
demo-step-link = Marketplace
demo-step-copy = Copy what the wizard asks for from here. Leave everything else as it is.
demo-step-write = Write from the customer’s phone, and answer in the manager’s window.
demo-manager = Manager’s window
demo-phone = Customer’s phone
demo-nothing-leaves = Nothing leaves this machine.
