// What is shown of what a model writes: in rows by kinds, where it is true at places of real code, and where it is wrong there.

// One program, so that each grammar is compiled once for all of them.
import './oracle/kinds';
import './oracle/theAlike';
import './oracle/theBlock';
import './oracle/theStatement';
import './oracle/theTruth';
import './oracle/theUnsound';
import './oracle/theWrong';
