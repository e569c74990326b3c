"""Exchange: cases that go to another authority, and cases that come from one."""
