"""A true local stand-in of the Kie.ai HTTP API: same answers, same faults, real pictures, and a ledger."""
