"""The PBX side: AMI connection, typed events, the tracker that judges calls, and a simulator."""
